import type { QueryType } from '../sql/query-type';

/** What one unit of work (a request, a message, a job) did to the database. All times are seconds. */
export interface ScopeSummary {
  /** The template of the route, or what was given to `runInScope`; at most 100 characters. */
  readonly name: string;
  /** `Controller.handler`, under Nest. */
  readonly handler: string | undefined;
  readonly requestId: string | undefined;
  /** Finished statements that read or write data: without those of transactions, such as BEGIN and COMMIT. */
  readonly statements: number;
  /** All finished statements by type; without types that have none. */
  readonly types: Readonly<Partial<Record<QueryType, number>>>;
  /** Failed statements, and connections that could not be acquired. */
  readonly errors: number;
  /** Returned or changed, as far as the driver reports it. */
  readonly rows: number;
  /** From the start to the end of the work, or until now. */
  readonly elapsedSeconds: number;
  /** Execution time of all statements; of those that run beside each other, the sum. */
  readonly seconds: number;
  /** Time spent waiting for connections of the pool. */
  readonly poolSeconds: number;
  /** Time in transactions that were begun here, also while no statement ran. */
  readonly transactionSeconds: number;
  /** Statements that ended after the work had ended; nothing else here includes them. */
  readonly late: number;
  /** The first 32 distinct statements in their order, and all others together as `other`. */
  readonly distinct: readonly ScopeStatement[];
  /** What is worth a look: statements that were repeated, and a budget that was exceeded. */
  readonly findings: readonly ScopeFinding[];
}

export type ScopeFinding = RepeatedStatement | ExceededBudget;

/** A statement that ran in one unit of work at least as often as the option `scopes.repeated` says. */
export interface RepeatedStatement extends ScopeStatement {
  readonly kind: 'repeated_statement';
  /** The relation that was loaded by it, such as `Author.books`, if it is one. */
  readonly relation?: string | undefined;
  /** The entity that was read or changed and the columns it was found by, such as `Book by title`, if it is one. */
  readonly lookup?: string | undefined;
  /** True if it was sent again with the same parameters, at least as often as the option `scopes.repeated` says. */
  readonly sameParameters?: boolean | undefined;
  /** True if it was sent inside a transaction, which lasts longer by that. */
  readonly inTransaction?: boolean | undefined;
  /** True if it reads again what other lines of the same work have just written. */
  readonly reload?: boolean | undefined;
  /** What to do about it, in one sentence. */
  readonly hint: string;
  /** The line of code that sent it, if that is known. */
  readonly caller?: string | undefined;
}

/** One unit of work did more than its budget allows. */
export interface ExceededBudget {
  readonly kind: 'exceeded_budget';
  readonly exceeded: readonly ExceededLimit[];
}

export interface ExceededLimit {
  readonly limit: 'statements' | 'repeated' | 'ms';
  readonly allowed: number;
  readonly actual: number;
}

/** One of the distinct statements of a scope. */
export interface ScopeStatement {
  /** Without literals and comments; empty if it has left the bounded memory of the library. */
  readonly statement: string;
  /** As in the log and the metrics; `other` for those beyond the first 32. */
  readonly fingerprint: string;
  /** Undefined for `other`. */
  readonly type: QueryType | undefined;
  /** The name of the DataSource; undefined for `other`. */
  readonly dataSource: string | undefined;
  readonly count: number;
  /** Execution time of all of them. */
  readonly seconds: number;
}
