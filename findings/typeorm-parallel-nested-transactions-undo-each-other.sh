#!/usr/bin/env bash
# One would expect: two nested transactions of one manager that run in parallel (Promise.all over a list, each item in its
#   own nested transaction, so that one bad item spoils only itself) are independent; the one that resolves is kept.
# Behaviour: their savepoints lie inside each other in the order of their starts. Rolling the first back also undoes the
#   second, which has resolved; the outer transaction commits without either, and nothing reports it.
# Who is hurt: imports and batch jobs written as Promise.allSettled(items.map((item) => manager.transaction(…))).
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
const Item = new EntitySchema({ name: 'Item', columns: { id: { type: 'int', primary: true } } });
const deferred = () => {
  let resolve;
  return { promise: new Promise((done) => (resolve = done)), resolve: () => resolve() };
};
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Item], synchronize: true }).initialize();
  const [badHasInserted, fineIsDone] = [deferred(), deferred()];
  const outcomes = await dataSource.transaction((manager) => {
    const bad = manager.transaction(async (nested) => {
      await nested.insert(Item, { id: 1 });
      badHasInserted.resolve();
      await fineIsDone.promise;
      throw new Error('bad item');
    });
    const fine = badHasInserted.promise.then(() => manager.transaction((nested) => nested.insert(Item, { id: 2 })));
    return Promise.allSettled([bad, fine.finally(() => fineIsDone.resolve())]);
  });
  const kept = (await dataSource.getRepository(Item).find()).map(({ id }) => id);
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version);
  console.log('outcomes:', outcomes.map(({ status }) => status).join(', '), '| rows kept:', kept.length);
  assert.deepStrictEqual(outcomes.map(({ status }) => status), ['rejected', 'fulfilled']);
  assert.deepStrictEqual(kept, []);
})();
JS
node main.cjs
