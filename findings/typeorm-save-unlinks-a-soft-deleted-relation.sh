#!/usr/bin/env bash
# One would expect: softDelete() of an author changes the author only. Books that are loaded, changed and saved meanwhile keep their
#   author, so that restore() brings everything back: this is what a soft deletion is for.
# Behaviour: the join leaves out deleted rows, and the relation of a loaded book is null. save() takes that for a change, as it
#   compares with the column in the table, and writes NULL into the foreign key, although only the title was set. After restore()
#   the author has no books. With `eager: true` no caller has even asked for the relation. A relation that was not loaded is kept.
# Who is hurt: everything that soft-deletes what others refer to (users, categories, tenants): each later save() of such a row
#   drops the reference for good, and no error or foreign key says so.
# Versions: typeorm 1.1.1, sql.js 1.16.0. Seen on 2026-12-01, Node 20.20.2.
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
  columns: { id, deletedAt: { type: 'datetime', deleteDate: true, nullable: true } },
});
const authorOf = (eager) => ({ author: { type: 'many-to-one', target: 'Author', joinColumn: { name: 'authorId' }, eager } });
const Book = new EntitySchema({ name: 'Book', columns: { id, title: { type: 'text' } }, relations: authorOf(false) });
const Film = new EntitySchema({ name: 'Film', columns: { id, title: { type: 'text' } }, relations: authorOf(true) });
/** Foreign keys of a row that is loaded and saved with a new title while its author is deleted: before, after, after restore(). */
async function rename(dataSource, entity, options) {
  const [authors, works] = [dataSource.getRepository(Author), dataSource.getRepository(entity)];
  const author = await authors.save({});
  const { id } = await works.save({ title: 'old', author });
  const foreignKey = async () => {
    const [row] = await dataSource.query(`SELECT title, "authorId" FROM "${works.metadata.tableName}" WHERE id = ${id}`);
    return `${row.title}: ${row.authorId === author.id ? 'linked' : row.authorId}`;
  };
  const seen = [await foreignKey()];
  await authors.softDelete(author.id);
  const work = await works.findOneOrFail({ where: { id }, ...options });
  work.title = 'new';
  await works.save(work);
  seen.push(await foreignKey());
  await authors.restore(author.id);
  assert.strictEqual(await authors.countBy({ id: author.id }), 1);
  seen.push(await foreignKey());
  return seen.join(', ');
}
(async () => {
  const dataSource = await new DataSource({ type: 'sqljs', entities: [Author, Book, Film], synchronize: true }).initialize();
  const seen = {
    'not loaded': await rename(dataSource, Book, {}),
    loaded: await rename(dataSource, Book, { relations: { author: true } }),
    eager: await rename(dataSource, Film, {}),
    'loaded with withDeleted': await rename(dataSource, Book, { relations: { author: true }, withDeleted: true }),
  };
  console.log('typeorm', JSON.parse(require('node:fs').readFileSync('node_modules/typeorm/package.json', 'utf8')).version, seen);
  await dataSource.destroy();
  const [kept, lost] = ['old: linked, new: linked, new: linked', 'old: linked, new: null, new: null'];
  assert.deepStrictEqual(seen, { 'not loaded': kept, loaded: lost, eager: lost, 'loaded with withDeleted': kept });
})();
JS
node main.cjs
