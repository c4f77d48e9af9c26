#!/usr/bin/env bash
# One would expect: a transaction whose COMMIT did not commit rejects. PostgreSQL turns the COMMIT of a transaction in which a
#   statement has failed into a rollback, and says so: the response is ROLLBACK, not COMMIT.
# Behaviour: with the error of one statement caught inside the transaction, `transaction()` of TypeORM, Drizzle and Knex
#   resolves with the callback's value, and nothing was stored: they do not look at the response. Kysely 0.29 rejects with
#   "Transaction was rolled back instead of committed".
# Who is hurt: "insert, and ignore the duplicate" with a try/catch inside a transaction, or Promise.allSettled over its
#   statements: the request responds 201, and the rows before and after the failed one are gone. On MySQL and SQLite the
#   same code works.
# Versions: typeorm 1.1.1, drizzle-orm 0.45.4, knex 3.3.0, kysely 0.29.9, pg 8.23.1, PostgreSQL 18.4.
#   Seen on 2026-11-30, Node 20.20.2. (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 drizzle-orm@0.45.4 knex@3.3.0 kysely@0.29.9 pg@8.23.1 \
  reflect-metadata@0.2.2 embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
require('reflect-metadata');
const assert = require('node:assert');
const { sql: drizzleSql } = require('drizzle-orm');
const { drizzle } = require('drizzle-orm/node-postgres');
const createKnex = require('knex');
const { Kysely, PostgresDialect, sql: kyselySql } = require('kysely');
const { Pool } = require('pg');
const { DataSource } = require('typeorm');
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
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const pool = new Pool({ connectionString: url });
  await pool.query('CREATE TABLE t (library text UNIQUE)');
  const typeorm = await new DataSource({ type: 'postgres', url }).initialize();
  const kysely = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const knex = createKnex({ client: 'pg', connection: url });
  /** Stores a row, then the same again, and goes on as if the second did not matter. */
  async function twice(name, execute) {
    await execute(`INSERT INTO t VALUES ('${name}')`);
    await execute(`INSERT INTO t VALUES ('${name}')`).catch(() => 'a duplicate');
    return 'resolved';
  }
  const transactions = {
    typeorm: () => typeorm.transaction((m) => twice('typeorm', (text) => m.query(text))),
    'drizzle-orm': () => drizzle(pool).transaction((tx) => twice('drizzle-orm', (text) => tx.execute(drizzleSql.raw(text)))),
    knex: () => knex.transaction((trx) => twice('knex', async (text) => trx.raw(text))),
    kysely: () => kysely.transaction().execute((trx) => twice('kysely', (text) => kyselySql.raw(text).execute(trx))),
  };
  console.log((await pool.query('SELECT version()')).rows[0].version, versionOf('pg'));
  const outcomes = {};
  for (const [name, run] of Object.entries(transactions)) {
    const outcome = await run().catch((error) => error.message);
    const { rowCount } = await pool.query('SELECT FROM t WHERE library = $1', [name]);
    outcomes[name] = `${outcome}, rows: ${rowCount}`;
    console.log(versionOf(name), outcomes[name]);
  }
  await Promise.all([typeorm.destroy(), knex.destroy(), pool.end()]);
  await server.stop();
  const [silent, loud] = ['resolved, rows: 0', 'Transaction was rolled back instead of committed, rows: 0'];
  assert.deepStrictEqual(outcomes, { typeorm: silent, 'drizzle-orm': silent, knex: silent, kysely: loud });
})();
JS
node main.cjs
