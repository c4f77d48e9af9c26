#!/usr/bin/env bash
# One would expect: giving a node of a materialized-path tree another parent moves its subtree: the start of each path below
#   it is replaced.
# Behaviour: save() sends REPLACE(mpath, '1.', '5.1.'), which replaces each occurrence, and the ids are not delimited on their
#   left: node 11 under node 1 gets '5.1.15.1.' instead of '5.1.11.'. From then on no move of node 11 is seen, as its path is
#   looked for where it should be: its parent changes, and it stays among the descendants of the old one.
# Who is hurt: trees with more than nine nodes (categories, folders, organisations) in which a node is moved whose id is the
#   end of an id below it. What is counted or authorised by `findDescendants` stays wrong.
# Versions: typeorm 1.1.1, sql.js 1.16.0 (PostgreSQL 18: the same statement). Seen on 2026-11-30, Node 20.20.2.
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
const Folder = new EntitySchema({
  name: 'Folder',
  columns: { id: { type: 'int', primary: true } },
  trees: [{ type: 'materialized-path' }],
  relations: {
    parent: { type: 'many-to-one', target: 'Folder', inverseSide: 'children', treeParent: true },
    children: { type: 'one-to-many', target: 'Folder', inverseSide: 'parent', treeChildren: true },
  },
});
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Folder], synchronize: true }).initialize();
  const folders = dataSource.getTreeRepository(Folder);
  const one = await folders.save({ id: 1 });
  const five = await folders.save({ id: 5 });
  await folders.save({ id: 11, parent: one });
  await folders.save({ id: 12, parent: one });
  await folders.save({ id: 1, parent: five });
  const rows = await dataSource.query('SELECT id, mpath FROM folder');
  const paths = Object.fromEntries(rows.map(({ id, mpath }) => [id, mpath]));
  // Both are taken out of folder 1.
  await folders.save({ id: 11, parent: null });
  await folders.save({ id: 12, parent: null });
  const below = (await folders.findDescendants(one)).map(({ id }) => id);
  const parents = await folders.find({ relations: { parent: true }, order: { id: 'ASC' } });
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version);
  console.log('paths after moving 1 below 5:', paths);
  console.log('parents:', Object.fromEntries(parents.map(({ id, parent }) => [id, parent?.id ?? null])));
  console.log('descendants of 1:', below);
  assert.deepStrictEqual(paths, { 1: '5.1.', 5: '5.', 11: '5.1.15.1.', 12: '5.1.12.' });
  assert.deepStrictEqual(below, [1, 11]);
})();
JS
node main.cjs
