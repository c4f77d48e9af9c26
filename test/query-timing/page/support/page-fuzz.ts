import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { installQueryTiming, runInScope } from '../../../../src/query-timing/core';
import { createQueryTimingPage } from '../../../../src/query-timing/page/index';
import { recordingLogger } from '../../support/recording-logger';
import { initializedStub } from '../../support/stub-postgres';
import { Events } from './events';
import { random, SECRET, statements } from './typed-statements';

const PER_UNIT = 25;

/** Sends that many statements and reads the page meanwhile: nothing that a user typed may be in it. */
export async function expectNoValues(many: number): Promise<void> {
  const below = random(27);
  const next = statements(below);
  const refusal = { code: '23505', detail: SECRET, where: SECRET };
  const dataSource = await initializedStub(() => {
    if (below(20) > 0) return Promise.resolve({ rows: [{ a: SECRET }], rowCount: 1, command: 'SELECT' } as never);
    return Promise.reject(Object.assign(new Error(`duplicate: ${SECRET}`), refusal));
  });
  const timing = installQueryTiming(dataSource, { slowQueryThresholdMs: 0, scopes: true, logger: recordingLogger() });
  const page = createQueryTimingPage(timing);
  const server = createServer(page).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const events = await Events.open(url);
  const seen: string[] = [JSON.stringify(await events.next())];
  let sending = true;
  const reading = (async () => {
    while (sending) seen.push(JSON.stringify(await events.next()));
  })();
  for (let sent = 0; sent < many; sent += PER_UNIT) {
    await runInScope('GET /teas', async () => {
      const repeated = next();
      for (let i = 0; i < PER_UNIT; i++) {
        const [sql, parameters] = i < 15 ? repeated : next();
        await dataSource.query(sql, parameters).catch(() => undefined);
      }
    });
    if (sent % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  sending = false;
  await reading;
  const last = await Events.open(url);
  const complete = await last.next();
  seen.push(JSON.stringify(complete));
  last.close();
  page.close();
  server.closeAllConnections();
  server.close();

  expect(seen.filter((text) => text.includes(SECRET))).toEqual([]);
  const [source] = complete.sources;
  expect(source!.summary.totalQueries).toBe(many);
  expect(source!.statements.length).toBeGreaterThan(10);
  expect(source!.slow.length * source!.errors.length * complete.findings!.length).toBeGreaterThan(0);
  // What a line of the stream must not have.
  expect(seen.filter((text) => /[\n\r]/.test(text))).toEqual([]);
}
