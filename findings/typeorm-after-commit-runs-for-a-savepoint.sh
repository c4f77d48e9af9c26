#!/usr/bin/env bash
# One would expect: `afterTransactionCommit` of a TypeORM subscriber runs when the data is committed, so that it is the place
#   to send mail or publish an event ("after the commit").
# Behaviour: a nested transaction is a savepoint, and releasing it calls `afterTransactionCommit` too. When the outer
#   transaction rolls back afterwards, the hook has run for rows that never existed; the rollback is reported only then.
# Who is hurt: applications that publish from that hook and call a service method that opens its own (nested) transaction.
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
const Mail = new EntitySchema({ name: 'Mail', columns: { id: { type: 'int', primary: true } } });
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Mail], synchronize: true }).initialize();
  const events = [];
  dataSource.subscribers.push({
    afterInsert: () => events.push('insert'),
    afterTransactionCommit: () => events.push('after commit'),
    afterTransactionRollback: () => events.push('after rollback'),
  });
  const outer = dataSource.transaction(async (manager) => {
    await manager.transaction((nested) => nested.insert(Mail, { id: 1 }));
    throw new Error('the outer transaction fails');
  });
  await outer.catch((error) => events.push(error.message));
  const rows = await dataSource.getRepository(Mail).count();
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version);
  console.log('events:', events.join(', '), '| rows:', rows);
  assert.deepStrictEqual(events, ['insert', 'after commit', 'after rollback', 'the outer transaction fails']);
  assert.strictEqual(rows, 0);
})();
JS
node main.cjs
