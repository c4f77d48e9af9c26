import type { RefusalReason } from '../observability/refused-requests';
import { ProblemError, type ProblemSketch } from './problem';

/** An expected refusal because too much is being done already. It is counted, and not logged one by one. */
export class RefusalError extends ProblemError {
  constructor(
    readonly reason: RefusalReason,
    sketch: ProblemSketch,
  ) {
    super(sketch);
  }
}
