import { monotonicNow, wallClockNow } from '../globals';
import type { PoolRole } from '../model/completed-query';
import type { QueryRecord } from '../model/query-record';
import type { RecordSink } from '../recorder/record-sink';
import type { AcquisitionFailure } from '../sql/acquisition-failure';
import { errorDetailsOf } from '../sql/error-details';
import { shortened } from '../sql/flat-copy';
import type { ErrorClass } from '../sql/error-class';
import { BoundedList } from './bounded-list';
import { kindOfEvent } from './least-missed';
import type { ErrorEvent, SlowEvent } from './messages';

const KEPT = 50;
const MAX_TEXT_LENGTH = 1000;

/** The last slow and failed statements of a DataSource, also of the time in which no one watches. Fast ones cost nothing. */
export class StatementJournal implements RecordSink {
  readonly slow = new BoundedList<Omit<SlowEvent, 'id'>>(KEPT, kindOfEvent);
  readonly errors = new BoundedList<Omit<ErrorEvent, 'id'>>(KEPT, kindOfEvent);

  record(query: QueryRecord): void {
    if (!query.slow && !query.failed) return;
    const { known } = query;
    const common = {
      time: Math.round(wallClockNow() - (monotonicNow() - query.endedAt)),
      fingerprint: known.transactionControl ? '' : query.fingerprint,
      statement: shortened(query.statement, MAX_TEXT_LENGTH),
      queryType: query.type,
      ms: rounded(query.seconds),
      ...query.origin,
    };
    if (query.slow) {
      const waits = { queuedMs: rounded(query.queuedSeconds), poolMs: rounded(query.poolSeconds) };
      this.slow.add({ ...common, ...waits, rows: query.rows, failed: query.failed });
    }
    if (query.failed) this.errors.add({ ...common, errorClass: query.errorClass!, ...detailsOf(query.error) });
  }

  recordAcquisition(_role: PoolRole, seconds: number, _new: boolean, failure: AcquisitionFailure | undefined): void {
    if (failure !== undefined) this.connectionFailed(`no connection: ${failure.reason}`, failure.errorClass, seconds);
  }

  recordConnectionLost(errorClass: ErrorClass): void {
    this.connectionFailed('an idle connection was lost', errorClass, 0);
  }

  private connectionFailed(statement: string, errorClass: ErrorClass, seconds: number): void {
    const time = Math.round(wallClockNow());
    this.errors.add({ time, fingerprint: '', statement, queryType: 'CONNECT', ms: rounded(seconds), errorClass });
  }
}

/** Identifiers only: the message of an error may contain values. */
function detailsOf(error: unknown): Pick<ErrorEvent, 'sqlState' | 'errno' | 'constraint'> {
  const { sqlState, errno, constraint } = errorDetailsOf(error);
  return { sqlState, errno, constraint };
}

/** In milliseconds, to microseconds. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1000;
}
