import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { freePort } from '../../../development-database/free-port';
import { untilBlocked } from '../../../test/support/locks';
import { ServiceProcess } from '../../../test/support/service-process';
import { serviceEntry } from '../../../tools/service-process/build';
import type { Figure, Outcome, Stage } from '../figure';
import { HttpClient, requestText } from '../rig/http-client';
import { Postgres } from '../rig/postgres';
import { launchOf, preloaded, startIssuer, tokenOf } from '../rig/service';

const planted = (kind: string): string => `planted-${kind}-${randomBytes(6).toString('hex')}`;
const LOCK_TIMEOUT_MS = '300';

/** Where a secret may appear, and what was read there. */
interface Place {
  readonly name: string;
  readonly text: string;
}

async function measure(stage: Stage, preload: readonly string[] = []): Promise<Outcome> {
  const postgres = await Postgres.startWithShop(stage);
  const issuer = await startIssuer(stage);
  const port = await freePort();
  const launch = launchOf(
    {
      databaseUrl: postgres.url,
      issuer,
      preload,
      settings: {
        // Everything that can be logged is, and every statement counts as slow.
        LOG_LEVEL: 'trace',
        QUERY_TIMING_SLOW_THRESHOLD_MS: '0',
        DATABASE_LOCK_TIMEOUT_MS: LOCK_TIMEOUT_MS,
      },
    },
    port,
  );
  const service = new ServiceProcess(launch.env, [process.execPath, ...launch.nodeArguments, serviceEntry]);
  stage.undo.add(async () => {
    service.signal('SIGKILL');
    await service.ended;
  });
  const url = await service.ready();
  const token = await tokenOf(issuer, 'customer');
  const secrets: Record<string, string> = {
    'password of the database': new URL(postgres.url).password,
    token,
    ...Object.fromEntries(
      ['forged token', 'cookie', 'query', 'key', 'name', 'refused value', 'header', 'password of a client'].map(
        (kind) => [kind, planted(kind.replaceAll(' ', '-'))],
      ),
    ),
  };
  const responses = await send(stage, postgres, port, token, secrets);
  const pages = await read(url, ['/docs', '/docs/json', '/health/live', '/health/ready', '/nothing']);
  const places: Place[] = [
    { name: 'responses', text: responses },
    { name: 'metrics', text: await read(url, ['/metrics']) },
    { name: 'pages', text: pages },
  ];
  service.signal('SIGTERM');
  await service.ended;
  places.push({ name: 'logs', text: service.lines.join('\n') });
  const found = places.flatMap(({ name, text }) =>
    Object.entries(secrets).flatMap(([kind, secret]) => {
      const times = text.split(secret).length - 1;
      return times > 0 ? [`${kind} in ${name}: ${times} times`] : [];
    }),
  );
  return {
    value: `${found.length} of ${Object.keys(secrets).length} secrets found in ${service.lines.length} log lines, responses, metrics and pages`,
    wrong: found,
    whole: true,
    measured: { found, secrets: Object.keys(secrets), logLines: service.lines.length },
  };
}

/** Sends secrets wherever a request can have one, to requests that succeed and that fail. @returns the responses */
async function send(
  stage: Stage,
  postgres: Postgres,
  port: number,
  token: string,
  secrets: Readonly<Record<string, string>>,
): Promise<string> {
  const client = new HttpClient();
  stage.undo.add(() => client.close());
  const responses: string[] = [];
  const sent = async (text: string): Promise<void> => {
    const { head, body } = await client.send(port, text);
    responses.push(head, body);
  };
  const withHeaders = (text: string, ...lines: string[]): string =>
    text.replace('\r\n\r\n', `\r\n${lines.join('\r\n')}\r\n\r\n`);
  const product = { name: secrets.name, price: { amount: 1, currency: 'EUR' } };
  const order = { lines: [{ sku: 'SKU-0001', quantity: 1 }] };
  const orders = '/api/v1/orders';
  const get = requestText({ method: 'GET', path: `${orders}?secret=${secrets.query}`, token });
  const put = requestText({ method: 'PUT', path: '/api/v1/products/SECRET', token, body: product });
  const place = requestText({ method: 'POST', path: orders, token, key: secrets.key, body: order });
  const secretHeaders = [`Cookie: session=${secrets.cookie}`, `X-Api-Key: ${secrets.header}`];

  await sent(withHeaders(get, ...secretHeaders));
  await sent(
    withHeaders(requestText({ method: 'GET', path: orders }), `Authorization: Bearer ${secrets['forged token']}`),
  );
  await sent(
    withHeaders(
      requestText({ method: 'GET', path: orders }),
      `Authorization: Basic ${secrets['password of a client']}`,
    ),
  );
  await sent(withHeaders(place, ...secretHeaders));
  await sent(
    requestText({
      method: 'POST',
      path: orders,
      token,
      key: secrets.key,
      body: { lines: [{ sku: secrets['refused value'], quantity: 1 }] },
    }),
  );
  await sent(
    requestText({
      method: 'PUT',
      path: '/api/v1/products/A',
      token,
      body: { ...product, price: secrets['refused value'] },
    }),
  );
  await sent(
    requestText({ method: 'PUT', path: '/api/v1/products/A', token, body: { ...product, name: `${secrets.name}\0` } }),
  );
  // Its response is the product: only the logs must not have the name.
  await client.send(port, put);

  const holder = new Client({ connectionString: postgres.adminUrl });
  await holder.connect();
  stage.undo.add(() => holder.end());
  for (const interrupt of [
    () => Promise.resolve(),
    () =>
      holder.query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND wait_event_type = 'Lock'`,
      ),
    () =>
      holder.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND wait_event_type = 'Lock'`,
      ),
  ]) {
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    // Statements that write wait, with their values: those that read do not.
    await holder.query('LOCK TABLE products, idempotency_keys IN SHARE MODE');
    const failing = Promise.all([
      sent(put),
      sent(get),
      sent(withHeaders(place.replace(secrets.key!, `${secrets.key}-2`), ...secretHeaders)),
    ]);
    await Promise.race([untilBlocked(holder), failing]);
    await interrupt();
    await failing;
    await holder.query('ROLLBACK');
  }
  return responses.join('\n');
}

async function read(url: string, paths: readonly string[]): Promise<string> {
  const texts = await Promise.all(paths.map(async (path) => (await fetch(url + path)).text()));
  return texts.join('\n');
}

export const secrets: Figure = {
  number: 10,
  name: 'planted secrets found in logs, metrics, responses and pages',
  target: '0',
  minutes: 2,
  run: (stage) => measure(stage),
  guard: 'errors are logged without what they carry',
  control: (stage) => measure(stage, [preloaded('guards-off/log-secrets.cjs')]),
};
