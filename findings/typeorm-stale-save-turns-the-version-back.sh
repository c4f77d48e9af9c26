#!/usr/bin/env bash
# One would expect: a column declared with `version: true` only ever grows. A save() of a copy that was read before
#   another save either fails or counts one up from what is stored.
# Behaviour: TypeORM compares the stale copy with the stored row, finds that `version` differs, and writes the old number
#   back: three changes, and the version is where it was after the first. A reader that remembers version 1 (an ETag, a
#   pessimistic check "has it changed since?") sees no change. The update date is set back as well.
# Who is hurt: applications that send the version as an ETag, or replicate "all rows whose version or update date grew".
# Versions: typeorm 1.1.1, sql.js 1.16.0 (the same statements are sent to PostgreSQL 18). Seen on 2026-11-29, Node 20.20.2.
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
const Account = new EntitySchema({
  name: 'Account',
  columns: {
    id: { type: 'int', primary: true },
    balance: { type: 'int' },
    owner: { type: 'text' },
    version: { type: 'int', version: true },
  },
});
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Account], synchronize: true }).initialize();
  const accounts = dataSource.getRepository(Account);
  await accounts.save({ id: 1, balance: 10, owner: 'one' });
  const [mine, yours] = [await accounts.findOneByOrFail({ id: 1 }), await accounts.findOneByOrFail({ id: 1 })];
  const seen = [mine.version];
  const stored = async () => seen.push((await accounts.findOneByOrFail({ id: 1 })).version);
  mine.balance = 20;
  await accounts.save(mine);
  await stored();
  yours.owner = 'two';
  await accounts.save(yours);
  await stored();
  const last = await accounts.findOneByOrFail({ id: 1 });
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version);
  console.log('version after insert, first save, stale save:', seen.join(', '), '| row:', JSON.stringify(last));
  assert.deepStrictEqual(seen, [1, 2, 1]);
  assert.deepStrictEqual([last.balance, last.owner], [10, 'two']);
})();
JS
node main.cjs
