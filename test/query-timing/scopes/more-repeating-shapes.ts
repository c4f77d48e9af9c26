import DataLoader from 'dataloader';
import { Between, In, MoreThan, MoreThanOrEqual, type DataSource } from 'typeorm';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { COUNT } from './library-data';
import { Author, Book, Branch, Card, Copy, Note, Patron, Reader, Subject, Tag, VisitsReader } from './library-entities';
import { markedLines } from './marked-lines';
import type { RepeatingShape } from './repeating-shapes';

const lineOf = markedLines(__filename);
/** Longer than polls take, if it counted as a part of them. */
const MS_OF_SOMETHING_ELSE = 1500;
const ids = Array.from({ length: COUNT }, (_, i) => i + 1);

async function each<T>(list: readonly T[], work: (item: T) => unknown): Promise<void> {
  for (const item of list) await work(item);
}

/** A loader of branches, whose batches have one key each with these options or if each is awaited. */
const loaderOf = ({ manager }: DataSource, options: DataLoader.Options<number, Branch | undefined>) =>
  new DataLoader<number, Branch | undefined>(async (keys) => {
    const found = await manager.findBy(Branch, { id: In(keys) }); // line: a loader
    return keys.map((key) => found.find(({ id }) => id === key));
  }, options);
const lineOfLoader = () => lineOf('a loader');

const SHAPES: Readonly<Record<string, RepeatingShape>> = {
  'a loader that does not batch': {
    lookup: 'Branch by id',
    lineOf: lineOfLoader,
    run: (dataSource) => loaderOf(dataSource, { batch: false, cache: false }).loadMany(ids),
  },
  'a loader of which each is awaited': {
    lookup: 'Branch by id',
    lineOf: lineOfLoader,
    run: (dataSource) => {
      const loader = loaderOf(dataSource, {});
      return each(ids, (id) => loader.load(id));
    },
  },
  'a loader without a cache that loads the same': {
    lookup: 'Branch by id',
    more: { sameParameters: true },
    lineOf: lineOfLoader,
    run: (dataSource) => {
      const loader = loaderOf(dataSource, { cache: false });
      return each(ids, () => loader.load(1));
    },
  },
  'a tree of descendants for each': {
    relation: 'Subject.children',
    run: async (dataSource) => {
      const trees = dataSource.getTreeRepository(Subject);
      await each(await trees.findRoots(), async (subject) => {
        await trees.findDescendantsTree(subject); // line: a tree of descendants for each
      });
    },
  },
  'a count of descendants for each': {
    relation: 'Subject.children',
    run: async (dataSource) => {
      const trees = dataSource.getTreeRepository(Subject);
      await each(await trees.findRoots(), async (subject) => {
        await trees.countDescendants(subject); // line: a count of descendants for each
      });
    },
  },
  'all trees, each of which is read by TypeORM': {
    relation: 'Subject.children',
    run: async (dataSource) => {
      await dataSource.getTreeRepository(Subject).findTrees(); // line: all trees, each of which is read by TypeORM
    },
  },
  'the keys of a relation for each': {
    relation: 'Book.tags',
    run: ({ manager }) =>
      each(ids, async (id) => {
        const builder = manager.createQueryBuilder(Book, 'book').where('book.id = :id', { id });
        await builder.loadRelationIdAndMap('book.tagIds', 'book.tags').getOne(); // line: the keys of a relation for each
      }),
  },
  'a subscriber that reads for each loaded entity': {
    relation: 'Reader.visits',
    lineOf: markedLines(join(__dirname, 'library-entities.ts')),
    run: async ({ manager }) => {
      VisitsReader.isOn = true;
      await manager.find(Reader).finally(() => (VisitsReader.isOn = false));
    },
  },
  'an eager relation that is read again': {
    relation: 'Reader.cards',
    run: async ({ manager }) => {
      await each(await manager.find(Reader), async ({ id }) => {
        await manager.findBy(Card, { reader: { id } }); // line: an eager relation that is read again
      });
    },
  },
  'a relation of an embedded object, from its other side': {
    lookup: 'Author by Country.id',
    run: ({ manager }) =>
      each(ids, async (id) => {
        await manager.findBy(Author, { address: { country: { id } } }); // line: a relation of an embedded object, from its other side
      }),
  },
  'a join through the junction for each': {
    relation: 'Book.tags',
    run: ({ manager }) =>
      each(ids, async (id) => {
        const builder = manager.createQueryBuilder(Tag, 'tag').innerJoin('tag.books', 'book');
        await builder.where('book.id = :id', { id }).getMany(); // line: a join through the junction for each
      }),
  },
  'a common table expression for each': {
    relation: 'Author.books',
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.query('WITH found AS (SELECT * FROM book WHERE "authorId" = $1) SELECT * FROM found', [id]); // line: a common table expression for each
      }),
  },
  'a range for each': {
    lookup: 'Book by title',
    run: ({ manager }) =>
      each(ids, async (id) => {
        await manager.countBy(Book, { title: Between(`${id}`, `${id + 1}`) }); // line: a range for each
      }),
  },
  'a list of states beside a key for each': {
    lookup: 'Patron by branchId, state',
    run: ({ manager }) =>
      each(ids, async (branchId) => {
        await manager.findBy(Patron, { branchId, state: In(['new', 'old']) }); // line: a list of states beside a key for each
      }),
  },
  'the first page for each, with the number of all rows': {
    relation: 'Author.books',
    run: ({ manager }) =>
      each(ids, async (authorId) => {
        await manager.findAndCount(Book, { where: { authorId }, order: { id: 'ASC' }, take: 1 }); // line: the first page for each, with the number of all rows
      }),
  },
  'the same again, after something else has taken long': {
    lookup: 'Tag by name',
    more: { sameParameters: true },
    run: async ({ manager }) => {
      await sleep(MS_OF_SOMETHING_ELSE);
      await each(ids, async () => {
        await manager.findOneBy(Tag, { name: 'tag 1' }); // line: the same again, after something else has taken long
      });
    },
  },
  'a lock for each': {
    lookup: 'Branch by id',
    more: { inTransaction: true },
    postgresOnly: true,
    run: (dataSource) =>
      dataSource.transaction((manager) =>
        each(ids, async (id) => {
          await manager.findOne(Branch, { where: { id }, lock: { mode: 'pessimistic_write' } }); // line: a lock for each
        }),
      ),
  },
  'an upsert for each': {
    lookup: 'Tag',
    more: { type: 'INSERT' },
    run: ({ manager }) =>
      each(ids, async (id) => {
        await manager.upsert(Tag, { id, name: `tag ${id}` }, ['id']); // line: an upsert for each
      }),
  },
  'a deletion for each': {
    lookup: 'Copy by bookId, number',
    more: { type: 'DELETE' },
    run: ({ manager }) =>
      each(ids, async (id) => {
        await manager.delete(Copy, { bookId: -id, number: -id }); // line: a deletion for each
      }),
  },
  'a soft deletion for each': {
    lookup: 'Note by id',
    more: { type: 'UPDATE' },
    run: ({ manager }) =>
      each(ids, async (id) => {
        await manager.softDelete(Note, { id: -id }); // line: a soft deletion for each
      }),
  },
  'a row of a junction for each': {
    relation: 'Book.tags',
    more: { type: 'INSERT' },
    run: ({ manager }) =>
      each(ids.slice(0, -1), async (id) => {
        const tags = manager.createQueryBuilder().relation(Book, 'tags').of(id);
        await tags.add(id + 1); // line: a row of a junction for each
        await tags.remove(id + 1);
      }),
  },
  'the first page for each': {
    relation: 'Author.books',
    run: ({ manager }) =>
      each(ids, async (authorId) => {
        await manager.find(Book, { where: { authorId }, order: { id: 'ASC' }, take: 1, skip: 0 }); // line: the first page for each
      }),
  },
  'the second page for each': {
    relation: 'Author.books',
    run: ({ manager }) =>
      each(ids, async (authorId) => {
        await manager.find(Book, { where: { authorId }, order: { id: 'ASC' }, take: 1, skip: 1 }); // line: the second page for each
      }),
  },
  'the first rows from a key on for each': {
    relation: 'Author.books',
    run: ({ manager }) =>
      each(ids, async (authorId) => {
        const where = { authorId, id: MoreThan(0) };
        await manager.find(Book, { where, order: { id: 'ASC' }, take: 2 }); // line: the first rows from a key on for each
      }),
  },
  'the newest row since some time for each': {
    relation: 'Author.books',
    run: ({ manager }) =>
      each(ids, async (authorId) => {
        const where = { authorId, title: MoreThanOrEqual('a') };
        await manager.findOne(Book, { where, order: { title: 'DESC' } }); // line: the newest row since some time for each
      }),
  },
  'both pages of each': {
    relation: 'Author.books',
    run: ({ manager }) =>
      each(ids, async (authorId) => {
        const page = manager.createQueryBuilder(Book, 'book').where({ authorId }).orderBy('book.id').limit(1);
        for (const offset of [0, 1]) await page.offset(offset).getMany(); // line: both pages of each
      }),
  },
  'a stream for each': {
    relation: 'Author.books',
    postgresOnly: true,
    run: ({ manager }) =>
      each(ids, async (id) => {
        const builder = manager.createQueryBuilder(Book, 'book').where('book.authorId = :id', { id });
        const stream = await builder.stream(); // line: a stream for each
        for await (const row of stream) void row;
      }),
  },
};

/** More kinds of code that repeats a statement. */
export const MORE_REPEATING: Readonly<Record<string, RepeatingShape>> = Object.fromEntries(
  Object.entries(SHAPES).map(([name, shape]) => [name, { lineOf, ...shape }]),
);
