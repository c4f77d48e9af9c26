import { errorMonitor } from 'node:events';
import type { QueryRunner } from 'typeorm';
import { monotonicNow } from '../globals';
import type { Scope } from '../scopes/scope';
import { replaceMethod } from './method-replacement';
import { ReaderTime } from './reader-time';
import type { StatementCompletion } from './statement-completion';
import { textOf } from './statement-text';
import { end as endOf } from './timeline';

/** What `queryRunner.stream()` resolves with. */
export type ResultStream = Awaited<ReturnType<QueryRunner['stream']>>;

/** A call of `queryRunner.stream()`. */
export interface StreamCall {
  readonly runner: object;
  readonly sql: unknown;
  readonly parameters: unknown;
  /** In which it was called. */
  readonly scope: Scope | undefined;
  /** Runs the work in the async context of the caller. */
  readonly inContext: (work: () => void) => void;
}

/** A stream of pg, which fetches rows only when it is read. */
interface PortalStream {
  handleRowDescription?(message: unknown): void;
}

/** Follows a stream to its end and reports it once, in the context of its caller. */
export function observeStream(stream: ResultStream, call: StreamCall, completion: StatementCompletion): void {
  const { observer, timelines } = completion;
  const { runner, sql, parameters, scope, inContext } = call;
  try {
    if (typeof stream.push !== 'function' || typeof stream.on !== 'function') return;
    // The stream stands in for the parameters: it distinguishes this statement from equal ones on the same runner.
    const timeline = timelines.begin({ queryRunner: runner, query: sql, parameters: stream }, monotonicNow(), scope);
    const reader = new ReaderTime();
    let rows = 0;
    let firstRowAt: number | undefined;
    let wanted = false;
    let ended = false;

    const complete = (end: number, failed: boolean, error: unknown) => {
      try {
        const asked = endOf(timeline, sql, stream);
        if (asked === undefined) return;
        const held = reader.heldUntil(end);
        const outcome = { sql: textOf(sql), parameters, end, failed, error, result: undefined };
        completion.complete(timeline, asked, { ...outcome, stream: { rows, firstRowAt, held } });
      } catch (error) {
        observer.probeFailed('stream_probe', error);
      }
    };
    const end = (failed: boolean, error: unknown) => {
      if (ended) return;
      ended = true;
      const now = monotonicNow();
      inContext(() => complete(now, failed, error));
    };

    // A listener for data would start the flow; every row passes through push.
    replaceMethod(stream, 'push', (push) => (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null) {
        end(false, undefined);
      } else {
        rows++;
        firstRowAt ??= reader.withoutHeld(monotonicNow());
      }
      const more = push.call(stream, chunk, encoding);
      if (!more && !ended) reader.hold();
      return more;
    });
    replaceMethod(stream, '_read', (read) => (size: number) => {
      wanted = true;
      reader.release();
      read.call(stream, size);
    });
    replaceMethod(stream as PortalStream, 'handleRowDescription', (describe) => (message: unknown) => {
      describe!.call(stream, message);
      if (!wanted) reader.hold();
    });
    // errorMonitor sees an error without counting as a handler of it.
    stream.on(errorMonitor, (error: Error) => (isEarlyClose(error) ? end(false, undefined) : end(true, error)));
    stream.on('close', () => end(false, undefined));
  } catch (error) {
    observer.probeFailed('stream_probe', error);
  }
}

/** The reader stopped early, which is not a failure of the statement. */
function isEarlyClose(error: Error & { code?: unknown }): boolean {
  return error.code === 'ABORT_ERR' || error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
