import type { CompletedQuery, Sink } from '../model/completed-query';
import type { QueryRecord } from '../model/query-record';
import { summaryOf } from '../scopes/scope-summary';
import { StatementCache } from '../sql/statement-cache';
import { callOnce } from '../model/causes';
import type { RecordSink } from './record-sink';

type Texts = Pick<CompletedQuery, 'statement' | 'fingerprint'>;

/**
 * Adapts the custom sinks of a DataSource. They may keep and change what they receive, so each receives its own objects. None
 * receives what one of them has caused.
 */
export class CustomSinks {
  /** A copy has all its values from the start, and normalising it each time would take longer than copying it. */
  private readonly texts = new StatementCache<Texts>();

  constructor(private readonly dataSource: string) {}

  adapt(sink: Sink): RecordSink {
    const { dataSource } = this;
    return {
      record: (query) => callOnce(() => sink.record(this.copyOf(query))),
      ...(sink.recordScope && {
        recordScope: (scope) => callOnce(() => sink.recordScope!(summaryOf(scope))),
      }),
      recordTransaction: (outcome, seconds, idleSeconds) =>
        callOnce(() => sink.recordTransaction?.({ dataSource, outcome, seconds, idleSeconds })),
      recordAcquisition: (role, seconds, newConnection, failure) =>
        callOnce(() =>
          sink.recordAcquisition?.({
            dataSource,
            role,
            seconds,
            failed: failure !== undefined,
            reason: failure?.reason,
            newConnection,
          }),
        ),
    };
  }

  private copyOf(query: QueryRecord): CompletedQuery {
    const { statement, fingerprint } = this.textsOf(query);
    return {
      sql: query.sql,
      parameters: query.parameters,
      type: query.type,
      statement,
      fingerprint,
      dataSource: query.dataSource,
      seconds: query.seconds,
      queuedSeconds: query.queuedSeconds,
      poolSeconds: query.poolSeconds,
      failed: query.failed,
      error: query.error,
      errorClass: query.errorClass,
      slow: query.slow,
      thresholdSeconds: query.thresholdSeconds,
      rows: query.rows,
      stream: query.stream && { ...query.stream },
      origin: query.origin,
    };
  }

  private textsOf(query: QueryRecord): Texts {
    const known = this.texts.get(query.sql);
    if (known !== undefined) return known;
    const { statement, fingerprint } = query;
    const texts = { statement, fingerprint };
    this.texts.set(query.sql, texts);
    return texts;
  }
}

/** The class of a custom sink, for log lines about it. */
export function sinkName(sink: Sink): string | undefined {
  const { name } = (sink as { constructor?: { name?: unknown } }).constructor ?? {};
  return typeof name === 'string' && name !== 'Object' && /^[\w$]{1,60}$/.test(name) ? name : undefined;
}
