#!/usr/bin/env bash
# One would expect: a column with a transformer has one unit in the whole application: a price that is written as 5, read as 5 and
#   found by MoreThan(4) is 5 for sum(), maximum() and increment() as well, whatever the column holds.
# Behaviour: find(), its operators, save(), update() and upsert() transform; sum(), average(), minimum() and maximum() return what
#   the database holds, and increment() and decrement() add to it. With euros kept as cents, the sum of 5 and 7 euros is 1200, and
#   "5 euros more" are 5 cents. The types are those of the property, so that no compiler objects.
# Who is hurt: money kept in the smallest unit, durations, and each unit that a transformer hides: totals are wrong by a constant
#   factor, and balances by all that is deposited and withdrawn (an account that a payment never empties). A test with
#   a repository that is replaced by a mock is green.
# Versions: typeorm 1.1.1, sql.js 1.16.0 (PostgreSQL 18 likewise). Seen on 2026-11-30, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 sql.js@1.16.0
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { readFileSync } = require('node:fs');
const { DataSource, EntitySchema, MoreThan } = require('typeorm');
/** Euros in the application, cents in the database. */
const euros = { to: (value) => Math.round(value * 100), from: (cents) => cents / 100 };
const Account = new EntitySchema({
  name: 'Account',
  columns: { id: { type: 'int', primary: true }, balance: { type: 'int', transformer: euros } },
});
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Account], synchronize: true }).initialize();
  const accounts = dataSource.getRepository('Account');
  const balance = async () => (await accounts.findOneByOrFail({ id: 1 })).balance;
  await accounts.save([
    { id: 1, balance: 5 },
    { id: 2, balance: 7 },
  ]);
  const transformed = { found: await balance(), 'more than 6': await accounts.countBy({ balance: MoreThan(6) }) };
  await accounts.update(1, { balance: 5.5 });
  transformed.updated = await balance();
  await accounts.upsert({ id: 1, balance: 5 }, ['id']);
  transformed.upserted = await balance();
  const notTransformed = {
    sum: await accounts.sum('balance'),
    average: await accounts.average('balance'),
    minimum: await accounts.minimum('balance'),
    maximum: await accounts.maximum('balance'),
  };
  await accounts.increment({ id: 1 }, 'balance', 5);
  notTransformed['5 and 5 more'] = await balance();
  await accounts.decrement({ id: 1 }, 'balance', 3);
  notTransformed['3 less'] = await balance();
  const { version } = JSON.parse(readFileSync('node_modules/typeorm/package.json', 'utf8'));
  console.log('typeorm', version, { transformed, notTransformed });
  await dataSource.destroy();
  assert.deepStrictEqual(transformed, { found: 5, 'more than 6': 1, updated: 5.5, upserted: 5 });
  const cents = { sum: 1200, average: 600, minimum: 500, maximum: 700, '5 and 5 more': 5.05, '3 less': 5.02 };
  assert.deepStrictEqual(notTransformed, cents);
})();
JS
node main.cjs
