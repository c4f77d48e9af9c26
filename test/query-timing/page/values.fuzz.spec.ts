import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { installQueryTiming, runInScope } from '../../../src/query-timing/core';
import { createQueryTimingPage } from '../../../src/query-timing/page/index';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub } from '../support/stub-postgres';
import { Events } from './support/events';

/** `npm run -w maintainers browser` sends 100,000. */
const STATEMENTS = Number(process.env.FUZZ_STATEMENTS ?? 3_000);
const PER_UNIT = 25;
const SECRET = 'zzsecretzz';

/** A generator of pseudo-random numbers, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NOISE = [
  '',
  '<script>alert(1)</script>',
  '</script>',
  '<!--',
  "''",
  '"',
  '\u2028',
  '\u2029',
  '\\',
  '%',
  '\u0000',
  '🍵',
  '{{',
  '$1',
];
const NAMES = ['teas', '"Teas"', 'public.teas', 'teas_2026', '"</script>"', '"a""b"'];

/** What a user typed, in each place where a statement can have it. */
function statements(below: (limit: number) => number): () => readonly [string, unknown[]] {
  const one = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const text = () => `${one(NOISE)}${SECRET}${one(NOISE)}`;
  const quoted = () => `'${text().replaceAll(/'|\\/g, (c) => c + c)}'`;
  const literal = () =>
    one([
      quoted,
      () => `E'${text().replaceAll(/'|\\/g, (c) => `\\${c}`)}'`,
      () => `$tag$${text()}$tag$`,
      () => `ARRAY[${quoted()}, ${quoted()}]`,
      () => `(${quoted()}::jsonb)`,
      () => `/* ${SECRET} */ 1`,
    ])();
  const shapes = [
    () => `SELECT * FROM ${one(NAMES)} WHERE a = ${literal()} AND b = $1`,
    () => `SELECT * FROM ${one(NAMES)} WHERE a IN (${literal()}, ${literal()}) LIMIT ${below(100)} -- ${SECRET}`,
    () => `INSERT INTO ${one(NAMES)} VALUES (${literal()}, ${literal()}, $1)`,
    () => `UPDATE ${one(NAMES)} SET a = ${literal()} WHERE b LIKE ${quoted()}`,
    () => `DELETE FROM ${one(NAMES)} WHERE a = ${literal()} OR a = ${literal()}`,
    () => `SELECT set_config('app.user', ${quoted()}, true)`,
    () => `SELECT a FROM ${one(NAMES)} WHERE a = $1`,
  ];
  return () => [one(shapes)(), [text()]];
}

it('never has anything that a user typed, whatever the statements are', async () => {
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
  for (let sent = 0; sent < STATEMENTS; sent += PER_UNIT) {
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
  expect(source!.summary.totalQueries).toBe(STATEMENTS);
  expect(source!.statements.length).toBeGreaterThan(10);
  expect(source!.slow.length * source!.errors.length * complete.findings!.length).toBeGreaterThan(0);
  // What a line of the stream must not have.
  expect(seen.filter((text) => /[\n\r]/.test(text))).toEqual([]);
}, 600_000);
