import { setTimeout as delay } from 'node:timers/promises';
import type { Client as Connection } from 'pg';
import { findRunningService } from '../../../tools/demo/running-service';
import { inParallel } from '../../../tools/in-parallel';
import type { Session } from '../../../tools/session';
import type { Options } from '../command-line';
import { connect, databaseUrlOf } from '../database';
import { Client } from './client';
import { TROUBLES, type Trouble } from './troubles';

const LOCK = 'LOCK TABLE orders IN ACCESS EXCLUSIVE MODE';
/** Longer than a fast statement may take, and shorter than the lock timeout of the service. */
const LOCKED_MS = 400;
const FREE_MS = 100;

const make: Readonly<Record<Trouble, (session: Connection, signal: AbortSignal) => Promise<void>>> = {
  blocked: async (session, signal) => {
    await session.query('BEGIN');
    await session.query(LOCK);
    await delay(2 ** 31 - 1, undefined, { signal });
  },
  slow: async (session, signal) => {
    for (;;) {
      await session.query('BEGIN');
      await session.query(LOCK);
      await delay(LOCKED_MS, undefined, { signal });
      await session.query('ROLLBACK');
      await delay(FREE_MS, undefined, { signal });
    }
  },
};

/** Makes trouble on a running service until it is interrupted, or until someone ends the session that causes it. */
export async function makeTrouble(trouble: Trouble, options: Options, given: Session): Promise<void> {
  const { undo, progress, signal } = given;
  const databaseUrl = databaseUrlOf(options);
  const target = { ...(await findRunningService(options.url!, options)), databaseUrl };
  const [session, client, over] = [await connect(databaseUrl, undo), new Client(target), new AbortController()];
  session.once('end', () => over.abort());
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  progress.say(`${TROUBLES[trouble]}: until Ctrl-C, or until someone finds the session and ends it.`);

  const stop = AbortSignal.any([signal, over.signal]);
  const statuses = new Map<number, number>();
  const load = inParallel(
    options.concurrency,
    requests(client, stop, (status) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const counts = [...statuses].sort(([one], [other]) => one - other).map(([of, count]) => `${count} × ${of}`);
      progress.update(`${seconds()} s: ${counts.join(', ')}`);
    }),
    stop,
  );
  await Promise.all([load, make[trouble](session, stop)]).catch((error: unknown) => {
    if (!stop.aborted) throw error;
  });
  signal.throwIfAborted();
  progress.end();
  console.log(`The session was ended after ${seconds()} s: the trouble is over.`);
}

function* requests(client: Client, signal: AbortSignal, count: (status: number) => void) {
  while (!signal.aborted) {
    yield async (): Promise<void> => {
      const { status, retryAfter } = await client.send('GET', '/api/v1/orders');
      count(status);
      if (status === 429) await delay(1000 * Number(retryAfter ?? 1), undefined, { signal });
    };
  }
}
