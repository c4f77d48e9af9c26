import DataLoader from 'dataloader';
import { Brackets, In, MoreThan, type DataSource, type EntityManager } from 'typeorm';
import type { ExpectedShape } from './expected-shapes';
import { COUNT } from './library-data';
import { Author, Book, Branch, Copy, Member, Note, Reader, Room, Shelf, Subject, Tag } from './library-entities';

async function each<T>(list: readonly T[], work: (item: T) => unknown): Promise<void> {
  for (const item of list) await work(item);
}
const ids = Array.from({ length: COUNT }, (_, i) => i + 1);
const several = (id: number) => Array.from({ length: 1 + (id % 4) }, (_, i) => i + 1);
const onPurpose = new Error('on purpose');

/** Rejects with an error on purpose, for which the transaction is tried again. */
async function retried(dataSource: DataSource, work: (manager: EntityManager) => Promise<unknown>): Promise<void> {
  await each(ids, (id) =>
    dataSource
      .transaction(async (manager) => {
        await work(manager);
        if (id < COUNT) throw onPurpose;
      })
      .catch((error: unknown) => {
        if (error !== onPurpose) throw error;
      }),
  );
}

/** More code that repeats a statement for a good reason: batches, pages, chunks, queues, tenants and second tries. */
export const MORE_EXPECTED: Readonly<Record<string, ExpectedShape>> = {
  'batches of a loader': {
    run: ({ manager }) => {
      const loader = new DataLoader<number, Branch | undefined>(async (keys) => {
        const found = await manager.findBy(Branch, { id: In(keys) });
        return keys.map((key) => found.find(({ id }) => id === key));
      });
      return each(ids, (id) => loader.loadMany([id, id + 100, id + 200]));
    },
  },
  'a loader that has loaded it before': {
    run: ({ manager }) => {
      const loader = new DataLoader<number, Branch | null>((keys) =>
        Promise.all(keys.map((id) => manager.findOneBy(Branch, { id }))),
      );
      return each(ids, () => loader.load(1));
    },
  },
  'eager relations': { run: ({ manager }) => manager.find(Reader) },
  'the keys of the relations of a list': { run: ({ manager }) => manager.find(Book, { loadRelationIds: true }) },
  'statements in parallel that are all different': {
    run: ({ manager }) =>
      Promise.all(
        [Author, Book, Branch, Copy, Member, Note].flatMap((target) => [manager.find(target), manager.count(target)]),
      ),
  },
  'pages from the last row on': {
    run: ({ manager }) =>
      each(ids, (id) =>
        manager
          .createQueryBuilder(Book, 'book')
          .where('(book.title, book.id) > (:title, :id)', { title: `${id}`, id })
          .orderBy({ 'book.title': 'ASC', 'book.id': 'ASC' })
          .limit(2)
          .getMany(),
      ),
  },
  'pages from the last row on, without a comparison of rows': {
    run: ({ manager }) =>
      each(ids, (id) =>
        manager
          .createQueryBuilder(Book, 'book')
          .where('book.title > :title', { title: `${id}` })
          .orWhere(new Brackets((same) => same.where('book.title = :title').andWhere('book.id > :id', { id })))
          .limit(2)
          .getMany(),
      ),
  },
  'pages of the books of an author': {
    run: ({ manager }) =>
      each(ids, (id) =>
        manager
          .createQueryBuilder(Book, 'book')
          .where('book.authorId = :author AND book.id < :id', { author: 1, id })
          .orderBy('book.id', 'DESC')
          .limit(2)
          .getMany(),
      ),
  },
  'the first rows, which are processed, until none is left': {
    run: ({ manager }) =>
      each(ids, () => manager.find(Book, { where: { authorId: 1, id: MoreThan(0) }, order: { id: 'ASC' }, take: 2 })),
  },
  'pages of the books of a few authors': {
    run: ({ manager }) =>
      each([1, 2, 3], (authorId) =>
        each(ids, (page) => manager.find(Book, { where: { authorId }, order: { id: 'ASC' }, take: 2, skip: 2 * page })),
      ),
  },
  'pages as the standard has them': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, (id) => dataSource.query('SELECT * FROM book WHERE id > $1 ORDER BY id FETCH FIRST 2 ROWS ONLY', [id])),
  },
  'rows of a cursor': {
    postgresOnly: true,
    run: (dataSource) =>
      dataSource.transaction(async (manager) => {
        await manager.query('DECLARE books CURSOR FOR SELECT * FROM book');
        await each(ids, () => manager.query('FETCH 2 FROM books'));
      }),
  },
  'transactions that are tried again': {
    run: (dataSource) =>
      retried(dataSource, async (manager) => {
        const tag = await manager.findOneByOrFail(Tag, { id: 1 });
        await manager.update(Tag, { id: tag.id }, { name: 'changed' });
      }),
  },
  'schemas of several tenants': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, (id) =>
        dataSource.transaction(async (manager) => {
          await manager.query(`SET LOCAL search_path = ${id % 2 ? 'public' : 'public, pg_catalog'}`);
          await manager.find(Branch);
        }),
      ),
  },
  'rows of several tenants': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, (id) =>
        dataSource.transaction(async (manager) => {
          await manager.query("SELECT set_config('library.tenant', $1, true)", [`${id}`]);
          await manager.find(Branch);
        }),
      ),
  },
  'batches of keys with two columns as rows': {
    run: ({ manager }) =>
      each(ids, (id) =>
        manager
          .createQueryBuilder(Copy, 'copy')
          .where('(copy.bookId, copy.number) IN ((:id, 1), (:next, 1))', { id, next: id + 1 })
          .getMany(),
      ),
  },
  'batches of an array that is joined': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, (id) =>
        dataSource.query('SELECT b.* FROM book b JOIN unnest($1::int[]) AS wanted(id) ON wanted.id = b.id', [
          several(id),
        ]),
      ),
  },
  'inserts of rows from arrays': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, () => dataSource.query('INSERT INTO tag(name) SELECT * FROM unnest($1::text[])', [['x', 'y']])),
  },
  'inserts of rows from a document': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, () =>
        dataSource.query('INSERT INTO tag(name) SELECT name FROM json_to_recordset($1::json) AS row(name text)', [
          JSON.stringify([{ name: 'x' }, { name: 'y' }]),
        ]),
      ),
  },
  'updates from a list of rows': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, (id) =>
        dataSource.query(
          'UPDATE tag SET name = v.name FROM (VALUES ($1::int, $2), ($3::int, $4)) v(id, name) WHERE v.id = tag.id',
          [id, 'x', id + 1, 'y'],
        ),
      ),
  },
  'upserts in chunks': {
    run: ({ manager }) =>
      each(ids, (id) =>
        manager.upsert(
          Tag,
          [
            { id, name: 'x' },
            { id: id + 100, name: 'y' },
          ],
          ['id'],
        ),
      ),
  },
  'deletions in chunks': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, () =>
        dataSource.query("DELETE FROM tag WHERE id IN (SELECT id FROM tag WHERE name = 'x' ORDER BY id LIMIT 1)"),
      ),
  },
  'messages of a queue': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, () =>
        dataSource.transaction((manager) =>
          manager.query('SELECT * FROM note WHERE text <> $1 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED', ['']),
        ),
      ),
  },
  'locks of the application': {
    postgresOnly: true,
    run: (dataSource) =>
      dataSource.transaction((manager) => each(ids, (id) => manager.query('SELECT pg_advisory_xact_lock($1)', [id]))),
  },
  'changes of a list, whose columns the database sets': {
    run: async ({ manager }) => {
      const notes = await manager.find(Note);
      await manager.save(notes.map((note) => Object.assign(note, { text: `${note.text}!`.slice(-40) })));
    },
  },
  'a list that is removed softly, and recovered': {
    run: async ({ manager }) => {
      const notes = await manager.find(Note);
      await manager.softRemove(notes);
      await manager.recover(notes);
    },
  },
  'a list with relations through a junction that is saved': {
    run: async ({ manager }) => {
      const tags = await manager.find(Tag, { take: 2, order: { id: 'ASC' } });
      await manager.save(
        Book,
        ids.map((id) => ({ title: `saved ${id}`, tags })),
      );
    },
  },
  'a list of a closure table that is saved': {
    run: ({ manager }) =>
      manager.save(
        Subject,
        ids.map((id) => ({ name: `saved ${id}` })),
      ),
  },
  'a list of materialized paths that is saved': {
    run: ({ manager }) =>
      manager.save(
        Shelf,
        ids.map((id) => ({ name: `saved ${id}` })),
      ),
  },
  'a list of nested sets that is saved': {
    run: async ({ manager }) => {
      const parent = await manager.findOneByOrFail(Room, { name: 'root' });
      await manager.save(
        Room,
        ids.map((id) => ({ name: `saved ${id}`, parent })),
      );
    },
  },
};
