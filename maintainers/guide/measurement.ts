/** What was seen of one way. Durations are milliseconds, pages are PostgreSQL's of 8 kB. */
export interface WayMeasured {
  readonly name: string;
  /** Of one run. */
  readonly statements: { readonly service: number; readonly server: number };
  /** Rows that PostgreSQL returned or changed in one run. */
  readonly rows: number;
  /** Pages of tables and indexes that one run asked for, found in memory or not. */
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

/** How a way looks to whoever watches the service. */
export interface MetricsMeasured {
  /** By how much one run raises `db_queries_total`, by type; types at 0 are left out. */
  readonly queries: Readonly<Record<string, number>>;
  /** As `histogram_quantile` reckons it, over all runs, in milliseconds. */
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
  readonly ways: readonly WayMeasured[];
}

/** Where and when figures were taken. */
export interface Circumstances {
  /** ISO 8601, the day. */
  readonly date: string;
  readonly machine: string;
  readonly postgres: string;
}

/** What is kept between runs of the guide, by case. */
export type Measurements = Readonly<Record<string, CaseMeasured & { readonly circumstances: Circumstances }>>;
