import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

/** Something that goes on until it is told to stop. */
export interface Going {
  stop(): Promise<void>;
}

function repeat(work: () => Promise<unknown>): Going {
  let goesOn = true;
  const done = (async () => {
    while (goesOn) await work();
  })();
  return {
    stop: () => {
      goesOn = false;
      return done;
    },
  };
}

/** Callers that read the catalogue, one request after the other, whatever the answer is. */
export function readCatalogue(url: string, token: string, { callers = 4, pauseMs = 20 } = {}): Going {
  const all = Array.from({ length: callers }, () =>
    repeat(async () => {
      await fetch(`${url}/api/v1/products`, { headers: { authorization: `Bearer ${token}` } })
        .then((response) => response.arrayBuffer())
        .catch(() => undefined);
      await delay(pauseMs);
    }),
  );
  return { stop: () => Promise.all(all.map((one) => one.stop())).then(() => undefined) };
}

/** Somebody who locks the catalogue again and again for as long: whoever reads it has to wait. */
export async function lockCatalogue(databaseUrl: string, forMs: number): Promise<Going> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const going = repeat(async () => {
    await client.query('BEGIN');
    await client.query('LOCK TABLE products IN ACCESS EXCLUSIVE MODE');
    await delay(forMs);
    await client.query('COMMIT');
    await delay(5);
  });
  return { stop: () => going.stop().finally(() => client.end()) };
}
