import { setTimeout as sleep } from 'node:timers/promises';
import { Between, In, type DataSource } from 'typeorm';
import type { ExpectedShape } from './expected-shapes';
import { COUNT } from './library-data';
import { Author, Book, Note, Patron, Tag } from './library-entities';

async function each<T>(list: readonly T[], work: (item: T) => unknown): Promise<void> {
  for (const item of list) await work(item);
}
const ids = Array.from({ length: COUNT }, (_, i) => i + 1);
const names = (id: number) => In([`${id}`, `${id + 1}`]);
const MS_BETWEEN_POLLS = 120;

/** More code that repeats a statement for a good reason: counts of pages, chunks of a table, and polling. */
export const ASKED_AGAIN: Readonly<Record<string, ExpectedShape>> = {
  'pages with the number of all rows': {
    run: ({ manager }) =>
      each(ids, (page) => manager.findAndCount(Book, { skip: page, take: 2, order: { id: 'ASC' } })),
  },
  'pages with their relations and the number of all rows': {
    run: ({ manager }) =>
      each(ids, (page) =>
        manager.findAndCount(Author, { relations: { books: true }, skip: page, take: 2, order: { id: 'ASC' } }),
      ),
  },
  'pages of an author with the number of all rows': {
    run: ({ manager }) =>
      each(ids, (page) =>
        manager.findAndCount(Book, { where: { authorId: 1 }, skip: page, take: 2, order: { id: 'ASC' } }),
      ),
  },
  'pages with a separate number of all rows': {
    run: ({ manager }) =>
      each(ids, async (page) => {
        await manager.countBy(Book, { authorId: 1 });
        await manager.find(Book, { where: { authorId: 1 }, skip: page, take: 2, order: { id: 'ASC' } });
      }),
  },
  'ranges of the key': {
    run: ({ manager }) => each(ids, (id) => manager.findBy(Tag, { id: Between(1000 * id, 1000 * id + 999) })),
  },
  'ranges of the key, half open': {
    run: ({ manager }) =>
      each(ids, (id) =>
        manager
          .createQueryBuilder(Tag, 'tag')
          .where('tag.id >= :from AND tag.id < :to', { from: 1000 * id, to: 1000 * id + 1000 })
          .getMany(),
      ),
  },
  'changes of ranges of the key': {
    run: ({ manager }) =>
      each(ids, (id) => manager.update(Note, { id: Between(1000 * id, 1000 * id + 999) }, { text: 'changed' })),
  },
  'batches by a column that is unique in a branch': {
    run: ({ manager }) => each(ids, (id) => manager.findBy(Patron, { branchId: 1, email: names(id) })),
  },
  'batches of one branch by a column with a unique index': {
    run: ({ manager }) => each(ids, (id) => manager.findBy(Patron, { branchId: 1, pass: names(id) })),
  },
  polling: {
    run: ({ manager }: DataSource) =>
      each(ids, async () => {
        await manager.existsBy(Note, { id: 1, text: 'done' });
        await sleep(MS_BETWEEN_POLLS);
      }),
  },
};
