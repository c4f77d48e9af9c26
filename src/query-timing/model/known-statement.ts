import type { QueryTypeIndex } from '../sql/query-type';

/** The row of `StatementTable` for data statements without a separate one, and that for transaction control. */
export const OTHER_ROW = 0;
export const CONTROL_ROW = 1;
/** The generation of both. */
const PERMANENT = 0;
const NONE = -1;

/** The series of `TopStatements` for statements without a separate one. */
export const OTHER_SERIES = 0;

/**
 * What is known about a statement text before it is counted. The sinks keep their own index of the statement here, so that
 * they look nothing up.
 */
export class KnownStatement {
  /** A row of `StatementTable`, valid while it has this generation. */
  row: number;
  generation: number;
  /** A series of `TopStatements`; negative before the first count. */
  series: number;

  constructor(
    readonly typeIndex: QueryTypeIndex,
    /** Begins or ends a transaction, or concerns a savepoint. */
    readonly transactionControl: boolean,
    /** Excluded by the option `ignore`. */
    readonly ignored: boolean,
    /** False for one that stands for all statements of its type, which no sink distinguishes. */
    readonly recognised: boolean,
  ) {
    this.row = transactionControl ? CONTROL_ROW : OTHER_ROW;
    this.generation = transactionControl || !recognised ? PERMANENT : NONE;
    this.series = recognised ? NONE : OTHER_SERIES;
  }
}
