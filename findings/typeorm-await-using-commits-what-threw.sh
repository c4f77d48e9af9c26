#!/usr/bin/env bash
# One would expect: `await using runner = dataSource.createQueryRunner()` with an open transaction rolls back when the block
#   throws, as the connection would be given back unfinished. (The documentation says that the runner is released.)
# Behaviour: disposing the runner commits. What was written before the error is stored, and the error reaches the caller, who
#   must take it as a failure and tries again. Savepoints are ignored: all of it is committed.
# Who is hurt: applications that move from try/catch/finally with rollbackTransaction() to `await using`, which looks shorter and
#   safer: half of a transfer is booked.
# Versions: typeorm 1.1.1, sql.js 1.16.0 (PostgreSQL 18 likewise), esbuild 0.28.2 for the syntax on Node 20.
#   Seen on 2026-11-30, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 sql.js@1.16.0 reflect-metadata@0.2.2 esbuild@0.28.2
cat >main.mts <<'JS'
import 'reflect-metadata';
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { DataSource, EntitySchema } from 'typeorm';
const Booking = new EntitySchema<{ id: number; amount: number }>({
  name: 'Booking',
  columns: { id: { type: 'int', primary: true }, amount: { type: 'int' } },
});
const dataSource = await new DataSource({ type: 'sqljs', entities: [Booking], synchronize: true }).initialize();
async function transfer(): Promise<void> {
  await using runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.manager.insert(Booking, { id: 1, amount: -100 });
  // The second half, in a savepoint that is neither released nor rolled back.
  await runner.startTransaction();
  await runner.manager.insert(Booking, { id: 2, amount: 99 });
  throw new Error('the account is closed');
}
const outcome = await transfer().then(
  () => 'resolved',
  (error: Error) => `rejected: ${error.message}`,
);
const rows = await dataSource.getRepository(Booking).find({ order: { id: 'ASC' } });
console.log('typeorm', JSON.parse(readFileSync('node_modules/typeorm/package.json', 'utf8')).version);
console.log(outcome, '| rows stored:', rows.map(({ amount }) => amount));
assert.strictEqual(outcome, 'rejected: the account is closed');
assert.deepStrictEqual(
  rows.map(({ amount }) => amount),
  [-100, 99],
);
JS
npx esbuild main.mts --target=node20 --outfile=main.mjs --log-level=error
node main.mjs
