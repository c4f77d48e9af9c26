import type { EventTransport } from '../../../application/shared/event-transport';
import { runInScope } from '../../../query-timing/index';
import type { ClaimedEvent } from './outbox-table';

const MAX_ERROR_LENGTH = 500;

export interface Delivery {
  readonly event: ClaimedEvent;
  /** Why it was not sent, as far as is known. */
  readonly error?: string;
}

/** Sends an event. A transport that ignores the signal is not waited for. */
export async function deliver(transport: EventTransport, event: ClaimedEvent, timeoutMs: number): Promise<Delivery> {
  const { position: _, claims: __, ...stored } = event;
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`not confirmed within ${timeoutMs} ms`);
      controller.abort(error);
      reject(error);
    }, timeoutMs);
  });
  try {
    const send = async () => transport.send(stored, controller.signal);
    await runInScope('job outbox delivery', () => Promise.race([send(), timeout]));
    return { event };
  } catch (error) {
    return { event, error: textOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** PostgreSQL stores no NUL. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll('\0', '').slice(0, MAX_ERROR_LENGTH);
}
