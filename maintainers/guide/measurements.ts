import { existsSync, readFileSync } from 'node:fs';
import { measurementFile } from './paths';

/** Figures of one variant. Durations are in milliseconds, pages are PostgreSQL's of 8 kB. */
export interface VariantMeasured {
  readonly name: string;
  /** Statements of one run. */
  readonly statements: { readonly service: number; readonly server: number };
  /** Rows that PostgreSQL returned or changed in one run. */
  readonly rows: number;
  /** Pages of tables and indexes that one run read, cached or not. */
  readonly pages: number;
  /** Pages that one run wrote to temporary files. */
  readonly temporaryPages: number;
  /** Median of the runs. */
  readonly milliseconds: number;
  readonly facts: Readonly<Record<string, number>>;
  /** Nodes of all plans, in the order of EXPLAIN. */
  readonly nodes: readonly string[];
  /** As EXPLAIN printed them. */
  readonly plans: readonly string[];
  /** The statements that were explained. */
  readonly sql: readonly string[];
  readonly metrics: MetricsMeasured;
}

/** What the metrics and the log of the service show of a variant. */
export interface MetricsMeasured {
  /** By how much one run increases `db_queries_total`, by type; types at 0 are left out. */
  readonly queries: Readonly<Record<string, number>>;
  /** As `histogram_quantile` computes it, over all runs, in milliseconds. */
  readonly p95Ms: number;
  /** `db_slow_queries_total` and `db_queries_total` after all runs. */
  readonly slow: number;
  readonly total: number;
  /** The first line of the slow-query log. */
  readonly slowLog?: Readonly<Record<string, unknown>>;
}

export interface CaseMeasured {
  readonly name: string;
  readonly rows: number;
  readonly variants: readonly VariantMeasured[];
}

/** Where and when figures were measured. */
export interface Environment {
  /** The day, as ISO 8601. */
  readonly date: string;
  readonly machine: string;
  readonly postgres: string;
}

export interface RecordedCase extends CaseMeasured {
  readonly environment: Environment;
}

/** The recorded figures of all cases, by name. */
export type Measurements = ReadonlyMap<string, RecordedCase>;

/** Cases without figures are left out. */
export function readMeasurements(names: readonly string[]): Measurements {
  const recorded = names.flatMap((name) => {
    const path = measurementFile(name);
    return existsSync(path) ? [[name, JSON.parse(readFileSync(path, 'utf8')) as RecordedCase] as const] : [];
  });
  return new Map(recorded);
}
