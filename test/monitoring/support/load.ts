import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { inParallel } from '../../../tools/in-parallel';

/** Work that runs until it is stopped. */
export interface RunningLoad {
  stop(): Promise<void>;
}

function repeat(work: () => Promise<unknown>, workers = 1): RunningLoad {
  let isRunning = true;
  function* tasks() {
    while (isRunning) yield work;
  }
  const done = inParallel(workers, tasks());
  return {
    stop: () => {
      isRunning = false;
      return done;
    },
  };
}

/** Callers that read the catalogue: each sends one request after another and ignores the response. */
export function readCatalogue(url: string, token: string, { callers = 4, pauseMs = 20 } = {}): RunningLoad {
  return repeat(async () => {
    await fetch(`${url}/api/v1/products`, { headers: { authorization: `Bearer ${token}` } })
      .then((response) => response.arrayBuffer())
      .catch(() => undefined);
    await delay(pauseMs);
  }, callers);
}

/** A session that locks the products table again and again, so that reads have to wait. @param forMs length of each lock */
export async function lockCatalogue(databaseUrl: string, forMs: number): Promise<RunningLoad> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const locking = repeat(async () => {
    await client.query('BEGIN');
    await client.query('LOCK TABLE products IN ACCESS EXCLUSIVE MODE');
    await delay(forMs);
    await client.query('COMMIT');
    await delay(5);
  });
  return { stop: () => locking.stop().finally(() => client.end()) };
}
