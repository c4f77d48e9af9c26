import { exceededIn, repeatedIn } from '../../scopes/findings';
import type { Scope } from '../../scopes/scope';
import { HistogramRows, withLength } from './histogram-rows';

/** The name that counts all scopes without a separate one. */
const OTHER_SCOPES = 'other';
const OTHER = 0;
/** Upper bounds of the number of statements. */
const STATEMENT_BOUNDS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
/** Names in the sum of several tables, so that their number is bounded however many come and go. */
const MAX_NAMES_OF_SUMS = 1000;

/** They grow with the number of names. */
const FIRST_ROWS = 16;

/** Figures of closed scopes by name, for the first `maxNames` names; all others are counted together. */
export class ScopeTable {
  /** By row. A name keeps its row. */
  readonly names = [OTHER_SCOPES];
  statements: HistogramRows;
  seconds: HistogramRows;
  repeated: Float64Array = new Float64Array(FIRST_ROWS);
  exceeded: Float64Array = new Float64Array(FIRST_ROWS);
  private readonly rows = new Map<string, number>([[OTHER_SCOPES, OTHER]]);

  /** @param bounds upper bounds of the seconds */
  constructor(
    bounds: readonly number[],
    readonly maxNames: number = MAX_NAMES_OF_SUMS,
  ) {
    this.statements = new HistogramRows(FIRST_ROWS, STATEMENT_BOUNDS);
    this.seconds = new HistogramRows(FIRST_ROWS, bounds);
  }

  record(scope: Scope): void {
    const row = this.rowOf(scope.name);
    this.statements.observe(row, scope.statements);
    this.seconds.observe(row, scope.seconds);
    this.repeated[row]! += repeatedIn(scope).length;
    if (exceededIn(scope).length > 0) this.exceeded[row]! += 1;
  }

  add(other: ScopeTable): void {
    other.names.forEach((name, from) => {
      const to = this.rowOf(name);
      this.statements.addRow(to, other.statements, from);
      this.seconds.addRow(to, other.seconds, from);
      this.repeated[to]! += other.repeated[from]!;
      this.exceeded[to]! += other.exceeded[from]!;
    });
  }

  clear(): void {
    for (const figures of [this.statements.data, this.seconds.data, this.repeated, this.exceeded]) figures.fill(0);
  }

  private grow(): void {
    const rows = 2 * this.repeated.length;
    this.statements = this.statements.withRows(rows);
    this.seconds = this.seconds.withRows(rows);
    this.repeated = withLength(this.repeated, rows);
    this.exceeded = withLength(this.exceeded, rows);
  }

  private rowOf(name: string): number {
    const known = this.rows.get(name);
    if (known !== undefined) return known;
    if (this.names.length > this.maxNames) return OTHER;
    const row = this.names.push(name) - 1;
    if (row === this.repeated.length) this.grow();
    this.rows.set(name, row);
    return row;
  }
}
