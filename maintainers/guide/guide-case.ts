import type { Client } from 'pg';
import type { DataSource, EntityManager, EntitySchema } from 'typeorm';

/** What the code of a case works with. */
export interface Bench {
  /** Of a DataSource that the library times. */
  readonly manager: EntityManager;
  readonly dataSource: DataSource;
  /** Of the largest table. */
  readonly rows: number;
  /** A session of somebody else, whose statements are not counted. Closed after the run. */
  somebodyElse(): Promise<Client>;
  /** Resolves when so many sessions wait for a lock. */
  untilWaiting(sessions: number): Promise<void>;
  /** A figure of the run that the machine has no part in. */
  note(fact: string, value: number): void;
}

/** What sets the scene of a run. */
export interface Stage extends Pick<Bench, 'rows' | 'somebodyElse'> {
  /** Runs SQL of the owner of the tables. */
  script(sql: string): Promise<void>;
}

/** A number that may depend on the rows. */
export type Expected = number | ((rows: number) => number);

/** What must be true of a way wherever it runs, on few rows and on many. */
export interface Expectation {
  /** That one run sends, transaction control included. */
  readonly statements: Expected;
  /** As PostgreSQL counts them, where it counts otherwise. */
  readonly statementsOfServer?: Expected;
  /** Nodes of the plans, in the order of EXPLAIN; others may stand between them. */
  readonly plan?: readonly string[];
  /** What no plan may contain. */
  readonly without?: readonly string[];
  /** What the run notes. */
  readonly facts?: Readonly<Record<string, Expected | { readonly atMost: number }>>;
}

/** One way to do it. */
export interface Way {
  /** The head of its column. */
  readonly name: string;
  /** What the owner of the tables does first, once: an index, a setting. */
  readonly prepare?: string;
  /** What has to be so before each run; not counted. */
  readonly reset?: string | ((stage: Stage) => Promise<void>);
  /** Answers with what the caller wanted; every way of a case answers the same. */
  readonly run: (bench: Bench) => Promise<unknown>;
  /** Explained instead of the statements of the run: for a prepared statement. */
  readonly explain?: { readonly first: readonly string[]; readonly statement: string };
  readonly expect: Expectation;
}

/** Something that is asked of the database, in several ways: the first is the slow one, the last is the advice. */
export interface GuideCase {
  readonly name: string;
  /** What one notices. */
  readonly symptom: string;
  /** What to do. */
  readonly remedy: string;
  /** Of the largest table, for `npm run guide`. */
  readonly rows: number;
  /** Of the same table in the tests. */
  readonly testRows: number;
  readonly entities?: readonly EntitySchema<any>[];
  /** SQL that makes the tables and fills them. */
  readonly data: (rows: number) => string;
  readonly ways: readonly [Way, Way, ...Way[]];
  /** The first way touches at least so many times the pages of the last; 1 where the pages do not matter. */
  readonly fewerPages: number;
  /** True where the last way need not be faster: the belief that it would be is false, or what it saves is room. */
  readonly noFaster?: boolean;
  /** True where ways are expected to answer differently, such as an estimate. */
  readonly answersDiffer?: boolean;
}
