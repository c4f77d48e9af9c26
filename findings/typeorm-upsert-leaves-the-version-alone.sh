#!/usr/bin/env bash
# One would expect: every change that TypeORM makes to a row with a version column counts the version up, as save(),
#   update() and increment() do.
# Behaviour: upsert() and insert().orUpdate() that meet an existing row change it and leave its version as it is, while they
#   do renew the update date. A save() or a check "version = 1" of someone who read the row before finds nothing changed.
# Who is hurt: optimistic locking and ETags beside any upsert: the later writer overwrites without a conflict.
# Versions: typeorm 1.1.1, sql.js 1.16.0 (PostgreSQL 18 likewise). Seen on 2026-11-29, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 sql.js@1.16.0 reflect-metadata@0.2.2
cat >main.cjs <<'JS'
require('reflect-metadata');
const assert = require('node:assert');
const { DataSource, EntitySchema } = require('typeorm');
const Price = new EntitySchema({
  name: 'Price',
  columns: {
    sku: { type: 'text', primary: true },
    amount: { type: 'int' },
    version: { type: 'int', version: true },
  },
});
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Price], synchronize: true }).initialize();
  const prices = dataSource.getRepository(Price);
  const seen = {};
  const note = async (step) => (seen[step] = Object.values(await prices.findOneByOrFail({ sku: 'tea' })).slice(1).join(' v'));
  await prices.save({ sku: 'tea', amount: 1 });
  await note('insert');
  await prices.update({ sku: 'tea' }, { amount: 2 });
  await note('update');
  await prices.upsert({ sku: 'tea', amount: 3 }, ['sku']);
  await note('upsert');
  await prices.createQueryBuilder().insert().values({ sku: 'tea', amount: 4 }).orUpdate(['amount'], ['sku']).execute();
  await note('orUpdate');
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version, 'amount and version after each:', seen);
  assert.deepStrictEqual(seen, { insert: '1 v1', update: '2 v2', upsert: '3 v2', orUpdate: '4 v2' });
})();
JS
node main.cjs
