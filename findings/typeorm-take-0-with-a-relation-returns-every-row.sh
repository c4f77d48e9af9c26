#!/usr/bin/env bash
# One would expect: `find({ take: 0 })` returns no row, with or without relations: a page of size 0 is empty.
# Behaviour: without a relation it sends LIMIT 0 and returns nothing; with a relation to many the limit is dropped and every
#   row of the table comes, each with its relation.
# Who is hurt: list endpoints that pass a page size on (`?limit=0` is a common way to ask for the count only): one request
#   loads the whole table.
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
const id = { type: 'int', primary: true, generated: true };
const Author = new EntitySchema({
  name: 'Author',
  columns: { id },
  relations: { books: { type: 'one-to-many', target: 'Book', inverseSide: 'author', cascade: true } },
});
const Book = new EntitySchema({
  name: 'Book',
  columns: { id },
  relations: { author: { type: 'many-to-one', target: 'Author', inverseSide: 'books' } },
});
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Author, Book], synchronize: true }).initialize();
  const authors = dataSource.getRepository(Author);
  for (let i = 0; i < 50; i++) await authors.save({ books: [{}, {}] });
  const plain = (await authors.find({ take: 0 })).length;
  const joined = (await authors.find({ take: 0, relations: { books: true } })).length;
  const one = (await authors.find({ take: 1, relations: { books: true } })).length;
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version);
  console.log(`rows of 50: take 0: ${plain}, take 0 with a relation: ${joined}, take 1 with a relation: ${one}`);
  assert.deepStrictEqual([plain, joined, one], [0, 50, 1]);
})();
JS
node main.cjs
