import { OTHER_SERIES as OTHER, type KnownStatement } from '../../model/known-statement';
import type { QueryRecord } from '../../model/query-record';
import { shortened } from '../../sql/flat-copy';

export const OTHER_STATEMENTS = 'other';
const MAX_LABEL_LENGTH = 200;

const FIGURES = 2;
const CALLS = 0;
const SECONDS = 1;

/** The labels of a series. */
export interface StatementLabels {
  /** The hash of the normalised statement, which joins the series with the log line and the summary. */
  readonly fingerprint: string;
  /** The normalised statement, at most 200 characters. */
  readonly statement: string;
}

/** Where a statement was sent from, the first time that this was known. */
export interface StatementOrigin {
  /** The name of the unit of work; empty outside of all. */
  readonly scope: string;
  /** The line of code, such as `src/orders.service.ts:42:13`. */
  readonly caller: string;
}

export interface StatementTotals extends StatementLabels {
  readonly calls: number;
  readonly seconds: number;
  readonly origin: StatementOrigin | undefined;
}

/**
 * Calls and time by fingerprint, for the first `maxTracked` fingerprints. All others are counted together as `other`, so
 * the sums are exact, and no series ever changes its meaning or disappears.
 */
export class TopStatements {
  private readonly indexes = new Map<string, number>();
  private readonly labels: StatementLabels[] = [{ fingerprint: OTHER_STATEMENTS, statement: OTHER_STATEMENTS }];
  /** By series. */
  private readonly origins: (StatementOrigin | undefined)[] = [];
  private readonly figures: Float64Array;

  constructor(readonly maxTracked: number) {
    this.figures = new Float64Array((maxTracked + 1) * FIGURES);
  }

  /** @returns false without counting if the statement has no series yet */
  count({ series }: KnownStatement, seconds: number): boolean {
    if (series < 0) return false;
    this.add(series, 1, seconds);
    return true;
  }

  record(query: QueryRecord): void {
    const { known } = query;
    if (known.series < 0) known.series = this.seriesOf(query);
    this.add(known.series, 1, query.seconds);
    if (query.caller !== undefined) this.noteOrigin(known.series, query);
  }

  get totals(): StatementTotals[] {
    const { figures } = this;
    return this.labels.map((labels, series) => {
      const at = series * FIGURES;
      return { ...labels, calls: figures[at + CALLS]!, seconds: figures[at + SECONDS]!, origin: this.origins[series] };
    });
  }

  clear(): void {
    this.figures.fill(0);
  }

  private add(series: number, calls: number, seconds: number): void {
    this.figures[series * FIGURES + CALLS]! += calls;
    this.figures[series * FIGURES + SECONDS]! += seconds;
  }

  private noteOrigin(series: number, { scope, caller }: QueryRecord): void {
    if (series === OTHER || this.origins[series] !== undefined) return;
    this.origins[series] = { scope: scope?.name ?? '', caller: caller! };
  }

  private seriesOf({ fingerprint, statement }: QueryRecord): number {
    return this.indexOf(fingerprint, () => shortened(statement, MAX_LABEL_LENGTH));
  }

  private indexOf(fingerprint: string, statement: () => string): number {
    const known = this.indexes.get(fingerprint);
    if (known !== undefined) return known;
    if (this.labels.length > this.maxTracked) return OTHER;
    this.indexes.set(fingerprint, this.labels.length);
    return this.labels.push({ fingerprint, statement: statement() }) - 1;
  }
}
