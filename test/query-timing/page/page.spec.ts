import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { DataSource } from 'typeorm';
import {
  installQueryTiming,
  runInScope,
  type PageHandlerOptions,
  type PageRequest,
  type QueryTiming,
} from '../../../src/query-timing/core';
import { createQueryTimingPage, type QueryTimingPage } from '../../../src/query-timing/page/index';
import type { PageMessage, StatementRow } from '../../../src/query-timing/page/messages';
import { recordingLogger } from '../support/recording-logger';
import { Events } from './support/events';
import { aConnection } from './support/feeds';

let dataSource: DataSource;
let timing: QueryTiming;
beforeAll(async () => {
  dataSource = await new DataSource({ type: 'sqljs' }).initialize();
  timing = installQueryTiming(dataSource, { slowQueryThresholdMs: 0, scopes: true, logger: recordingLogger() });
  await dataSource.query('CREATE TABLE teas (name TEXT)');
});
afterAll(() => dataSource.destroy());

interface Served {
  readonly url: string;
  readonly page: QueryTimingPage;
  readonly server: Server;
}

const open: Served[] = [];
afterEach(() => {
  for (const { page, server } of open.splice(0)) {
    page.close();
    server.close();
    server.closeAllConnections();
  }
});

async function serve(options?: PageHandlerOptions): Promise<Served> {
  const page = createQueryTimingPage(timing, options);
  const server = createServer(page).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const served = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/any/path`, page, server };
  open.push(served);
  return served;
}

async function headersOf(url: string) {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  response.destroy();
  return { status: response.statusCode, headers: response.headers };
}

const sourceOf = ({ sources }: { readonly sources: readonly unknown[] }) => sources[0] as any;

describe('the page without Nest', () => {
  it('is one file, which may load nothing and runs its own script only', async () => {
    const { url } = await serve();
    const response = await fetch(url);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy');
    expect(policy?.replaceAll(/sha256-[\w+/=]{44}/g, 'sha256-…').split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'sha256-…'",
      "style-src 'sha256-…'",
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]);
    expect(html).toContain('<title>Query timing</title>');
    expect(html.match(/(?:src|href)="(?!#|data:)[^"]*"/g)).toBeNull();
    expect(html.match(/ on\w+=|javascript:|innerHTML/g)).toBeNull();
  });

  it.each([
    ['the page', '', () => true, 200],
    ['its events', '?events', () => true, 200],
    ['a refusal', '', () => false, 403],
  ])('is kept by no one and is part of no other page: %s', async (_, query, authorize, status) => {
    const { url } = await serve({ authorize });
    const { headers, ...response } = await headersOf(`${url}${query}`);
    expect(response.status).toBe(status);
    expect(headers).toMatchObject({
      'cache-control': expect.stringMatching(/^no-store\b/),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  it('may be compressed for one client and not for another, and a proxy passes each event on as it comes', async () => {
    const { url } = await serve();
    expect((await headersOf(url)).headers.vary).toBe('accept-encoding');
    const { headers } = await headersOf(`${url}?events`);
    expect(headers).toMatchObject({ 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' });
  });

  it('does not watch for a client that has left while it was asked whether it may', async () => {
    const response = Object.assign(aConnection(), { headersSent: false });
    const left = once(response, 'close');
    response.destroy();
    await left;
    let asked = () => undefined as void;
    const authorized = new Promise<void>((resolve) => (asked = resolve));
    const page = createQueryTimingPage(timing, { maxWatchers: 1, authorize: () => (asked(), true) });
    page({ method: 'GET', url: '/?events', headers: {}, socket: {} }, response);
    await authorized;
    await new Promise((resolve) => setImmediate(resolve));
    const server = createServer(page).listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ url: '', page, server });
    const events = await Events.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(events.status).toBe(200);
  });

  it('is at most 120 KB compressed, and the same without compression', async () => {
    const { url } = await serve();
    const request = get(url, { headers: { 'accept-encoding': 'gzip' } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const zipped = Buffer.concat(await response.toArray());
    expect(zipped.length).toBeLessThan(120 * 1024);
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
    expect(gunzipSync(zipped).toString()).toBe(await plain.text());
  });

  it('sends everything first, then what has changed, and the figures are those of the summary', async () => {
    const { url } = await serve();
    const events = await Events.open(url);
    expect(events.contentType).toBe('text/event-stream; charset=utf-8');
    const first = await events.next();
    expect(first.complete).toBe(true);
    await dataSource.query('INSERT INTO teas VALUES (?)', ['Assam']);
    await dataSource.query('INSERT INTO teas VALUES (?)', ['Darjeeling']);
    const isTwice = (message: PageMessage) =>
      sourceOf(message).statements.some(({ calls }: StatementRow) => calls === 2);
    const changed = await events.until(isTwice);
    const { slowestQueries, ...summary } = timing.getSummary();
    expect(sourceOf(changed).summary).toEqual(JSON.parse(JSON.stringify(summary)));
    const insert = slowestQueries.find(({ queryType }) => queryType === 'INSERT')!;
    const [{ fingerprint, totalMs, maxMs }] = sourceOf(changed).statements;
    expect(fingerprint).toBe(insert.fingerprint);
    expect(totalMs).toBe(insert.totalDurationMs);
    expect(maxMs).toBe(insert.maxDurationMs);
    expect(sourceOf(changed).points).toEqual([expect.objectContaining({ errors: 0, timeouts: 0 })]);
  });

  it('sends the text of a statement once, and nothing of one that did not run', async () => {
    const { url } = await serve();
    const events = await Events.open(url);
    await events.next();
    await dataSource.query('SELECT name FROM teas WHERE name = ?', ['Assam']);
    const first = await events.until(({ sources }) => sources[0]!.statements.length > 0);
    await dataSource.query('SELECT name FROM teas WHERE name = ?', ['Ceylon']);
    const second = await events.until(({ sources }) => sources[0]!.statements.length > 0);
    expect(sourceOf(first).statements).toEqual([expect.objectContaining({ statement: expect.any(String), calls: 1 })]);
    expect(sourceOf(second).statements).toEqual([expect.not.objectContaining({ statement: expect.anything() })]);
    expect(sourceOf(await events.next()).statements).toEqual([]);
  });

  it('has slow and failed statements of the time in which no one watched, without values', async () => {
    const { url } = await serve();
    await dataSource.query("SELECT 'secret-1' FROM teas");
    await dataSource.query("SELECT 'secret-2' FROM coffees").catch(() => undefined);
    const events = await Events.open(url);
    const first = await events.next();
    expect(sourceOf(first).slow.at(-1)).toMatchObject({ queryType: 'SELECT' });
    expect(sourceOf(first).errors).toEqual([
      expect.objectContaining({ errorClass: 'syntax', statement: 'SELECT ? FROM coffees' }),
    ]);
    expect(JSON.stringify(first)).not.toContain('secret');
  });

  it('has the beginning of a long statement, and no details of the end of a transaction', async () => {
    const { url } = await serve();
    await dataSource.transaction((manager) => manager.query(`SELECT ${'name, '.repeat(500)}name FROM teas`));
    const { slow } = sourceOf(await (await Events.open(url)).next());
    const [select, commit] = slow.slice(-2);
    expect(select).toMatchObject({ queryType: 'SELECT', fingerprint: expect.stringMatching(/^\w+$/) });
    expect(select.statement.length).toBeLessThan(1_010);
    expect(commit).toMatchObject({ queryType: 'COMMIT', fingerprint: '' });
  });

  it('keeps a bounded number of everything, whatever happens', async () => {
    const { url } = await serve();
    const columns = Array.from({ length: 60 }, (_, i) => `SELECT ${'name, '.repeat(i)}name FROM teas WHERE name = ?`);
    for (let i = 0; i < 220; i++) {
      await runInScope(`tea ${i}`, async () => {
        for (let n = 0; n < (i < 60 ? 12 : 1); n++) await dataSource.query(columns[i % 60]!, [`${n}`]);
        await dataSource.query('SELECT * FROM coffees').catch(() => undefined);
      });
    }
    const first = await (await Events.open(url)).next();
    const { slow, errors } = sourceOf(first);
    expect([slow.length, errors.length]).toEqual([50, 50]);
    expect(first.findings!.length).toBe(50);
    expect(first.units!.length).toBe(201);
    expect(first.units!.at(-1)).toMatchObject({ name: 'other', units: 20 });
  });

  it('has units of work, and the statements that they repeat', async () => {
    const { url } = await serve();
    await runInScope('tea time', async () => {
      for (let i = 0; i < 12; i++) await dataSource.query('SELECT name FROM teas WHERE name = ?', [`tea ${i}`]);
    });
    const first = await (await Events.open(url)).next();
    expect(first.units).toEqual([expect.objectContaining({ name: 'tea time', units: 1, statements: 12, repeated: 1 })]);
    expect(first.findings).toEqual([expect.objectContaining({ scope: 'tea time', units: 1, maxCount: 12 })]);
  });

  it('gives all watchers the same message', async () => {
    const { url } = await serve();
    const watchers = await Promise.all([Events.open(url), Events.open(url)]);
    await Promise.all(watchers.map((events) => events.next()));
    const [one, other] = await Promise.all(watchers.map((events) => events.until(({ complete }) => !complete)));
    expect(one!.now).toBe(other!.now);
  });

  it('refuses more watchers than it may have, and takes one when another has left', async () => {
    const { url } = await serve({ maxWatchers: 1 });
    const first = await Events.open(url);
    await first.next();
    expect((await Events.open(url)).status).toBe(503);
    first.close();
    let status: number | undefined;
    while (status !== 200) status = (await Events.open(url)).status;
    expect(status).toBe(200);
  });

  it.each([
    ['false', () => false, 403],
    ['a promise of false', () => Promise.resolve(false), 403],
    ['401', () => 401 as const, 401],
    ['an error', () => Promise.reject(new Error('no')), 403],
    ['nothing', () => undefined as never, 403],
    ['anything else', () => 'yes' as never, 403],
  ])('refuses the page and its events if authorize returns %s', async (_, authorize, expected) => {
    const { url } = await serve({ authorize });
    const [page, events] = await Promise.all([fetch(url), fetch(`${url}?events`)]);
    expect([page.status, events.status]).toEqual([expected, expected]);
    expect(page.headers.get('www-authenticate')).toBe(
      expected === 401 ? 'Basic realm="query timing", charset="UTF-8"' : null,
    );
    expect(await page.text()).toBe('');
  });

  it('shows authorize the request', async () => {
    const authorize = ({ headers }: PageRequest) => headers['x-role'] === 'admin';
    const { url } = await serve({ authorize });
    expect((await fetch(url, { headers: { 'x-role': 'admin' } })).status).toBe(200);
    expect((await fetch(url)).status).toBe(403);
  });

  it('accepts no other methods than GET and HEAD', async () => {
    const { url } = await serve();
    const refused = await fetch(url, { method: 'POST', body: 'x' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${url}?events`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('ends its streams when it is closed, so that the server closes, and refuses later requests', async () => {
    const { url, page, server } = await serve();
    const events = await Events.open(url);
    await events.next();
    page.close();
    await events.ended();
    expect((await fetch(url)).status).toBe(503);
    await new Promise((closed) => server.close(closed).closeIdleConnections());
  });

  it('rejects options that do not exist', () => {
    expect(() => createQueryTimingPage(timing, { maxWatchers: 0, path: '/x' } as PageHandlerOptions)).toThrow(
      TypeError,
    );
  });
});
