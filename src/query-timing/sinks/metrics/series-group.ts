import type { Shape } from './metric-families';
import { MetricsTable, type TableHolder } from './metrics-table';
import { labelsKey, printedLabels, type Labels } from './series-labels';
import { mergeTotals, StatementSums } from './statement-sums';
import type { StatementTotals } from './top-statements';

/**
 * All tables with the same constant labels, and the counts of those that are gone. What has had a series keeps it: no
 * series disappears and no counter decreases as long as the group exists.
 */
export class SeriesGroup implements TableHolder {
  readonly tables = new Set<MetricsTable>();
  readonly poolRows = new Set<number>();
  readonly readablePoolRows = new Set<number>();
  /** False as long as all tables publish observed label sets only. */
  hasAllSeries = false;
  private readonly retired: MetricsTable;
  private hasRetired = false;
  private statements: StatementSums | undefined;

  constructor(
    readonly labels: Labels,
    bounds: readonly number[],
  ) {
    this.retired = new MetricsTable(bounds);
  }

  add(table: MetricsTable, onlyObserved: boolean): void {
    this.tables.add(table);
    table.holders.add(this);
    for (const row of table.poolRows) this.poolRows.add(row);
    this.hasAllSeries ||= !onlyObserved;
    if (table.statements) this.statements ??= new StatementSums();
  }

  /** Moves the counts of a table to those of the retired. */
  retire(table: MetricsTable): void {
    if (!this.tables.has(table)) return;
    table.refresh();
    this.noteReadablePools(table);
    this.tables.delete(table);
    table.clear();
    table.holders.delete(this);
  }

  keep(table: MetricsTable): void {
    this.retired.add(table);
    this.hasRetired = true;
    if (table.statements) this.statements?.retire(table.statements);
  }

  clear(): void {
    for (const table of this.tables) {
      table.refresh();
      table.holders.delete(this);
      table.clear();
      table.holders.add(this);
    }
    this.retired.clear();
    this.statements?.clear();
  }

  /** The tables to add up, as of now. */
  read(): readonly MetricsTable[] {
    for (const table of this.tables) {
      table.refresh();
      this.noteReadablePools(table);
    }
    return this.hasRetired ? [this.retired, ...this.tables] : [...this.tables];
  }

  readStatements(): readonly StatementTotals[] {
    return this.statements?.total([...this.tables].flatMap(({ statements }) => statements ?? [])) ?? [];
  }

  private noteReadablePools(table: MetricsTable): void {
    if (table.hasPoolFigures) for (const row of table.poolRows) this.readablePoolRows.add(row);
  }
}

/** The sums of all groups whose labels have the same identity, as of one scrape. */
export interface SeriesTotals extends Shape {
  readonly labels: Labels;
  readonly hasAllSeries: boolean;
  readonly table: MetricsTable;
  readonly statements: readonly StatementTotals[];
}

/** @param defaults labels that the registry adds */
export function totalOf(groups: readonly SeriesGroup[], bounds: readonly number[], defaults: Labels): SeriesTotals {
  const tables = groups.flatMap((group) => group.read());
  const table = tables.length === 1 ? tables[0]! : sumOf(tables, bounds);
  return {
    labels: printedLabels(groups[0]!.labels, defaults),
    hasAllSeries: groups.some(({ hasAllSeries }) => hasAllSeries),
    poolRows: union(groups.map(({ poolRows }) => poolRows)),
    readablePoolRows: union(groups.map(({ readablePoolRows }) => readablePoolRows)),
    scopeNames: table.scopes?.names ?? [],
    table,
    statements: mergeTotals(groups.map((group) => group.readStatements())),
  };
}

function sumOf(tables: readonly MetricsTable[], bounds: readonly number[]): MetricsTable {
  const sum = new MetricsTable(bounds);
  for (const table of tables) sum.add(table);
  return sum;
}

function union(sets: readonly ReadonlySet<number>[]): readonly number[] {
  return [...new Set(sets.flatMap((set) => [...set]))].sort();
}

export function constantLabelsKey({ data_source, ...constant }: Labels): string {
  void data_source;
  return labelsKey(constant);
}
