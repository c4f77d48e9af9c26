#!/usr/bin/env bash
# One would expect: a transaction whose statement exceeds pg's `query_timeout` is rolled back, or its connection is closed. (pg
#   documents the option as the time before a query call times out.)
# Behaviour: the ROLLBACK waits behind the statement, which the server still runs. It exceeds the same timeout, and pg takes it
#   out of its queue: it is never sent. TypeORM, Knex and Drizzle then put the connection into the pool as if it were sound.
#   When the statement ends, the transaction is still open, and the next caller writes into it: the write resolves, no one
#   else sees it, and it is gone when the connection ends. If the next caller opens a transaction, its COMMIT also commits
#   what was reported as failed. Kysely 0.29 closes the connection.
# Who is hurt: services that limit their queries in the client: one slow statement, lock or stall of the server is enough. Rows
#   that were acknowledged are lost, and rows that were refused are stored.
# Versions: typeorm 1.1.1, knex 3.3.0, drizzle-orm 0.45.4, kysely 0.29.9, pg 8.23.1, PostgreSQL 18.4.
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
const { setTimeout: sleep } = require('node:timers/promises');
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
  const settings = { databaseDir: 'data', port, persistent: false, onLog() {}, onError() {} };
  const options = { ...settings, user: 'postgres', password: 'postgres' };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const limited = { connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, query_timeout: 1500 };
  const others = new Pool({ ...limited, query_timeout: undefined }).on('error', () => {});
  await others.query('CREATE TABLE t (step text)');
  /** For each library: a statement by itself, a transaction, and the end of its connections. */
  const open = {
    typeorm: async () => {
      const source = await new DataSource({ type: 'postgres', poolSize: 1, extra: limited }).initialize();
      const transaction = (work) => source.transaction((manager) => work((text) => manager.query(text)));
      return { alone: (text) => source.query(text), transaction, end: () => source.destroy() };
    },
    knex: async () => {
      const knex = createKnex({ client: 'pg', connection: limited, pool: { min: 0, max: 1 } });
      const transaction = (work) => knex.transaction((trx) => work(async (text) => trx.raw(text)));
      return { alone: async (text) => knex.raw(text), transaction, end: () => knex.destroy() };
    },
    'drizzle-orm': async () => {
      const db = drizzle(new Pool({ ...limited, max: 1 }));
      const transaction = (work) => db.transaction((tx) => work((text) => tx.execute(drizzleSql.raw(text))));
      return { alone: (text) => db.execute(drizzleSql.raw(text)), transaction, end: () => db.$client.end() };
    },
    kysely: async () => {
      const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ ...limited, max: 1 }) }) });
      const transaction = (work) => db.transaction().execute((trx) => work((text) => kyselySql.raw(text).execute(trx)));
      return { alone: (text) => kyselySql.raw(text).execute(db), transaction, end: () => db.destroy() };
    },
  };
  const steps = async () => (await others.query('SELECT step FROM t ORDER BY step')).rows.map((row) => row.step).join();
  const outcomes = {};
  for (const [name, connect] of Object.entries(open)) {
    for (const next of ['alone', 'transaction']) {
      const library = await connect();
      const slow = (run) => run("INSERT INTO t VALUES ('failed')").then(() => run('SELECT pg_sleep(5)'));
      await assert.rejects(library.transaction(slow));
      const running = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(5)' AND pid <> pg_backend_pid()";
      while ((await others.query(running)).rowCount > 0) await sleep(50);
      const write = "INSERT INTO t VALUES ('resolved')";
      await (next === 'alone' ? library.alone(write) : library.transaction((run) => run(write)));
      await library.end();
      outcomes[name] = { ...outcomes[name], [next]: await steps() };
      await others.query('TRUNCATE t');
    }
    console.log(versionOf(name), versionOf('pg'), 'stored after the next write, alone or in a transaction:', outcomes[name]);
  }
  await others.end();
  await server.stop();
  const [wrong, right] = [{ alone: '', transaction: 'failed,resolved' }, { alone: 'resolved', transaction: 'resolved' }];
  assert.deepStrictEqual(outcomes, { typeorm: wrong, knex: wrong, 'drizzle-orm': wrong, kysely: right });
})();
JS
node main.cjs
