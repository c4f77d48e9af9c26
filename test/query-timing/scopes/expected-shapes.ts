import { In, MoreThan, type DataSource } from 'typeorm';
import { COUNT } from './library-data';
import { Author, Book, Branch, Copy, Employee, Member, Room, Shelf, Subject, Tag, Team } from './library-entities';

/** Code that runs many statements and repeats none in a way that is worth a look. */
export interface ExpectedShape {
  readonly run: (dataSource: DataSource) => Promise<unknown>;
  readonly postgresOnly?: true;
}

async function each<T>(list: readonly T[], work: (item: T) => unknown): Promise<void> {
  for (const item of list) await work(item);
}
const ids = Array.from({ length: COUNT }, (_, i) => i + 1);
const few = ids.slice(0, 9);
/** Lists of different lengths. */
const lists = ids.map((id) => Array.from({ length: 1 + (id % 4) }, (_, i) => i + 1)).map((list) => [...list, 20]);

export const EXPECTED: Readonly<Record<string, ExpectedShape>> = {
  'nine times the same': { run: ({ manager }) => each(few, (id) => manager.findOneBy(Tag, { id })) },
  'a join': { run: ({ manager }) => manager.find(Author, { relations: { books: { tags: true }, biography: true } }) },
  'relations with separate queries': {
    run: ({ manager }) =>
      manager.find(Author, { relations: { books: { tags: true, copies: true } }, relationLoadStrategy: 'query' }),
  },
  'a batch of keys': { run: ({ manager }) => manager.findBy(Book, { authorId: In(ids) }) },
  'batches of different lengths': {
    run: ({ manager }) => each(lists, (list) => manager.findBy(Book, { authorId: In(list) })),
  },
  'batches of one length': {
    run: ({ manager }) => each(ids, (id) => manager.findBy(Book, { authorId: In([id, id + 1, id + 2]) })),
  },
  'batches of primary keys in parallel': {
    run: ({ manager }) => Promise.all(lists.map((list) => manager.findBy(Tag, { id: In(list) }))),
  },
  'batches beside another key': {
    run: ({ manager }) => each(lists, (list) => manager.findBy(Copy, { number: 1, bookId: In(list) })),
  },
  'batches of keys with two columns': {
    run: ({ manager }) =>
      each(ids, (id) =>
        manager.findBy(Copy, [
          { bookId: id, number: 1 },
          { bookId: id, number: 2 },
        ]),
      ),
  },
  'batches as an array': {
    postgresOnly: true,
    run: (dataSource) =>
      each(lists, (list) => dataSource.query('SELECT * FROM book WHERE "authorId" = ANY($1)', [list])),
  },
  'batches of literals': {
    postgresOnly: true,
    run: (dataSource) => each(lists, (list) => dataSource.query(`SELECT * FROM book WHERE id IN (${list.join()})`)),
  },
  'batches through a junction': {
    run: ({ manager }) =>
      each(ids, (id) =>
        manager
          .createQueryBuilder()
          .relation(Book, 'tags')
          .of([id, id + 1])
          .loadMany(),
      ),
  },
  'inserts of several rows': {
    run: ({ manager }) => each(ids, () => manager.insert(Tag, [{ name: 'x' }, { name: 'y' }])),
  },
  'a list that is saved': {
    run: ({ manager }) =>
      manager.save(
        Tag,
        ids.map(() => ({ name: 'x' })),
      ),
  },
  'a list that is saved in chunks': {
    run: ({ manager }) =>
      manager.save(
        Tag,
        [...ids, ...ids].map(() => ({ name: 'x' })),
        { chunk: 2 },
      ),
  },
  'changes of a list that is saved': {
    run: async ({ manager }) => {
      const tags = await manager.find(Tag, { take: COUNT, order: { id: 'ASC' } });
      await manager.save(tags.map((tag) => Object.assign(tag, { name: `${tag.name}!`.slice(-40) })));
    },
  },
  'a list that is removed': {
    run: async ({ manager }) =>
      manager.remove(
        Tag,
        await manager.save(
          Tag,
          ids.map(() => ({ name: 'x' })),
        ),
      ),
  },
  'a save with cascades': {
    run: ({ manager }) =>
      manager.save(Author, { name: 'x', address: {}, books: ids.map((id) => ({ title: `${id}` })) }),
  },
  transactions: {
    run: (dataSource) => each(ids, (id) => dataSource.transaction((manager) => manager.query(`SELECT ${id}`))),
  },
  savepoints: {
    run: (dataSource) =>
      dataSource.transaction((outer) => each(ids, () => outer.transaction((inner) => inner.query('SELECT 1')))),
  },
  'pages by number': {
    run: ({ manager }) => each(ids, (id) => manager.find(Book, { skip: id, take: 1, order: { id: 'ASC' } })),
  },
  'pages from the last key on': {
    run: ({ manager }) => each(ids, (id) => manager.find(Book, { where: { id: MoreThan(id) }, take: 2 })),
  },
  'statements without a table': { run: (dataSource) => each(ids, () => dataSource.query('SELECT 1')) },
  'settings of the transaction': {
    postgresOnly: true,
    run: (dataSource) =>
      dataSource.transaction((manager) => each(ids, () => manager.query("SET LOCAL search_path = 'public'"))),
  },
  'numbers of a sequence': {
    postgresOnly: true,
    run: (dataSource) => each(ids, () => dataSource.query("SELECT nextval('tag_id_seq')")),
  },
  'the catalogue of the server': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, () => dataSource.query("SELECT * FROM information_schema.tables WHERE table_name = 'tag'")),
  },
  'different statements': {
    run: async ({ manager }) => {
      for (const target of [Author, Book, Branch, Copy, Employee, Room, Shelf, Subject, Tag]) {
        await manager.find(target);
        await manager.count(target);
      }
    },
  },
  'different filters': {
    run: async ({ manager }) => {
      await each(few, (id) => manager.findBy(Book, { id }));
      await each(few, (id) => manager.findBy(Book, { title: `${id}` }));
      await each(few, (id) => manager.findBy(Book, { id, title: `${id}` }));
    },
  },
  'lazy relations that are loaded with a join': {
    run: async ({ manager }) => {
      const teams = await manager.find(Team, { relations: { members: true } });
      await each(teams, async (team) => await team.members);
    },
  },
  'a lazy relation of a few': {
    run: async ({ manager }) => each(await manager.find(Member, { take: 9 }), async (member) => await member.team),
  },
};
