#!/usr/bin/env bash
# One would expect: `find({ where: { tags: ['a', 'b'] } })` finds the row that was saved with `tags: ['a', 'b']`.
# Behaviour: a `simple-array` value is joined with commas when it is written and bound as it is when it is searched for: the
#   search returns nothing, without an error. (The text 'a,b' cannot be asked for either: the types demand an array.)
# Who is hurt: lookups and existence checks before an insert, which then write duplicates.
# Versions: typeorm 1.1.1, sql.js 1.16.0 (PostgreSQL 18: no row either). Seen on 2026-11-29, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 sql.js@1.16.0 reflect-metadata@0.2.2
cat >main.cjs <<'JS'
require('reflect-metadata');
const assert = require('node:assert');
const { DataSource, EntitySchema, Equal } = require('typeorm');
const Note = new EntitySchema({
  name: 'Note',
  columns: {
    id: { type: 'int', primary: true },
    tags: { type: 'simple-array' },
  },
});
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Note], synchronize: true }).initialize();
  const notes = dataSource.getRepository(Note);
  await notes.save({ id: 1, tags: ['a', 'b'] });
  const [saved] = await notes.find();
  const counts = {
    byTags: await notes.countBy({ tags: saved.tags }),
    byEqualTags: await notes.countBy({ tags: Equal(saved.tags) }),
  };
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version);
  console.log('saved tags:', saved.tags, '| found:', counts);
  assert.deepStrictEqual(saved.tags, ['a', 'b']);
  assert.deepStrictEqual(counts, { byTags: 0, byEqualTags: 0 });
})();
JS
node main.cjs
