import type { Client } from 'pg';
import type { DataSource, EntityManager, EntitySchema } from 'typeorm';

/** What the code of a variant runs with. */
export interface CaseContext {
  /** Belongs to a DataSource that the library times. */
  readonly manager: EntityManager;
  readonly dataSource: DataSource;
  /** Rows of the largest table. */
  readonly rows: number;
  /** Opens a session whose statements are not counted. It is closed after the run. */
  otherSession(): Promise<Client>;
  /** Resolves when this many sessions wait for a lock. */
  waitForBlocked(sessions: number): Promise<void>;
  /** Records a figure of the run that does not depend on the machine. */
  record(fact: string, value: number): void;
}

/** What the reset of a variant runs with. */
export interface ResetContext extends Pick<CaseContext, 'rows' | 'otherSession'> {
  /** Runs SQL as the owner of the tables. */
  script(sql: string): Promise<void>;
}

/** A number that may depend on the rows of the largest table. */
export type Expected = number | ((rows: number) => number);

export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What holds for a variant on every machine, with few rows and with many. */
export interface Expectation {
  /** Statements that one run sends, including BEGIN and COMMIT. */
  readonly statements: Expected;
  /** The same as PostgreSQL counts them, where the numbers differ. */
  readonly statementsOfServer?: Expected;
  /** Nodes of the plans, in the order of EXPLAIN; other nodes may come between them. */
  readonly plan?: readonly string[];
  /** Nodes that no plan may contain. */
  readonly without?: readonly string[];
  /** Figures that the run records. */
  readonly facts?: Readonly<Record<string, Expected | Bounds>>;
}

/** One way to write the query. */
export interface Variant {
  /** Heads its column and its section. */
  readonly name: string;
  /** SQL that the owner of the tables runs once, before the first run: an index, a setting. */
  readonly prepare?: string;
  /** Restores the data before each run; not counted. */
  readonly reset?: string | ((context: ResetContext) => Promise<void>);
  /** Returns what the caller asked for. All variants of a case return the same. */
  readonly run: (context: CaseContext) => Promise<unknown>;
  /** Explained instead of the statements of the run: for a prepared statement. */
  readonly explain?: { readonly first: readonly string[]; readonly statement: string };
  readonly expect: Expectation;
}

/** The lists of the guide's entry page. */
export type Section = 'indexes' | 'query shape' | 'joins' | 'filters' | 'batches' | 'postgresql' | 'typeorm';

/** A slow query in several variants: the first is the slow one, the last is the recommended one. */
export interface GuideCase {
  /** Also the name of its file, its figures and its page. */
  readonly name: string;
  /** The heading of its page. */
  readonly title: string;
  readonly section: Section;
  /** What a reader types or sees in the slow query; the index and `--find` use them. */
  readonly keywords: readonly [string, ...string[]];
  readonly symptom: string;
  readonly fix: string;
  /** Rows of the largest table when `npm run guide` measures. */
  readonly rows: number;
  /** Rows of the same table in the tests. */
  readonly testRows: number;
  readonly entities?: readonly EntitySchema<any>[];
  /** SQL that creates and fills the tables. */
  readonly data: (rows: number) => string;
  readonly variants: readonly [Variant, Variant, ...Variant[]];
  /** How many times fewer pages the last variant reads than the first, at least; 1 where pages do not matter. */
  readonly fewerPages: number;
  /** True where the last variant need not be faster: it disproves a myth, saves space, or is correct where the first is not. */
  readonly notFaster?: boolean;
  /** True where the variants return different results, such as an estimate. */
  readonly resultsDiffer?: boolean;
}
