import type { PoolRole } from '../model/completed-query';
import type { QueryRecord } from '../model/query-record';
import { callOnce } from '../model/causes';
import { isThenable } from '../model/thenable';
import type { AcquisitionFailure } from '../sql/acquisition-failure';
import { LogEntry } from './log-entry';
import type { SlowQueryLogOptions } from './slow-query-log';
import { milliseconds, statementFields } from './statement-fields';

/**
 * Writes a DEBUG line for every statement that is not slow and for every acquired connection. It is a sink beside the
 * slow-query log: a logger that refuses the one must not end the other.
 */
export class DebugLog {
  isOn = false;

  constructor(private readonly options: SlowQueryLogOptions) {}

  /** Returns what the logger returned. */
  record(query: QueryRecord): unknown {
    if (!this.isOn || query.slow) return undefined;
    const { logger } = this.options;
    return callOnce(() => logger.debug?.(new LogEntry('Query', statementFields('DB_QUERY', query, this.options))));
  }

  recordAcquisition(role: PoolRole, seconds: number, newConnection: boolean, failure?: AcquisitionFailure): unknown {
    return this.isOn ? callOnce(() => this.logAcquisition(role, seconds, newConnection, failure)) : undefined;
  }

  private logAcquisition(
    role: PoolRole,
    seconds: number,
    newConnection: boolean,
    failure?: AcquisitionFailure,
  ): unknown {
    const entry = { data_source: this.options.dataSource, role, wait_ms: milliseconds(seconds) };
    const log = (message: string, operation: string, more?: object): unknown =>
      this.options.logger.debug?.(new LogEntry(message, { operation, ...entry, ...more }));
    const opened = newConnection ? log('Connection opened', 'DB_CONNECT') : undefined;
    const requested =
      failure === undefined
        ? log('Connection checked out', 'DB_CHECKOUT')
        : log('Connection checkout failed', 'DB_CHECKOUT_FAILED', { reason: failure.reason });
    return isThenable(opened) ? Promise.all([opened, requested]) : requested;
  }
}
