import type { QueryTypeIndex } from '../sql/query-type';

/**
 * What is known about a statement text before it is counted. The sinks keep their own index of the statement here, so that
 * they look nothing up.
 */
export class KnownStatement {
  /** The row of {@link StatementTable} and its generation: valid while that row has the same generation. */
  row = 0;
  generation = -1;
  /** The series of `TopStatements`; -1 before the first count. */
  series = -1;

  constructor(
    readonly typeIndex: QueryTypeIndex,
    /** Begins or ends a transaction, or concerns a savepoint. */
    readonly transactionControl: boolean,
    /** Excluded by the option `ignore`. */
    readonly ignored: boolean,
    /** False for all statements of a type together that arrive faster than they can be examined. */
    readonly recognised: boolean,
  ) {}
}
