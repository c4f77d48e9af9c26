import type { DataSource, EntityManager } from 'typeorm';
import {
  Author,
  Biography,
  Book,
  Branch,
  Card,
  Copy,
  Country,
  Desk,
  Duty,
  Employee,
  Film,
  Issue,
  Loan,
  Magazine,
  Member,
  Note,
  Reader,
  Room,
  Shelf,
  Subject,
  Subtitle,
  Tag,
  Team,
  Visit,
} from './library-entities';

/** Of each entity: more than a statement may be repeated. */
export const COUNT = 12;

const ids = Array.from({ length: COUNT }, (_, i) => i + 1);

/** Fills the tables of the library: everything with the number n belongs to what has the number n. */
export async function fillLibrary({ manager }: DataSource): Promise<void> {
  const insert = <T extends object>(target: new () => T, row: (id: number) => object) =>
    manager.insert(target, ids.map(row));
  await insert(Country, (id) => ({ name: `country ${id}` }));
  await insert(Author, (id) => ({ name: `author ${id}`, address: { city: `city ${id}`, country: { id } } }));
  await insert(Biography, (id) => ({ text: `life ${id}`, author: { id } }));
  await insert(Book, (id) => ({ title: `book ${id}`, authorId: id }));
  await insert(Tag, (id) => ({ name: `tag ${id}` }));
  await insert(Branch, (id) => ({ name: `branch ${id}` }));
  await insert(Copy, (id) => ({ bookId: id, number: 1, branch: { id } }));
  await insert(Loan, (id) => ({ copy: { bookId: id, number: 1 } }));
  await insert(Team, (id) => ({ name: `team ${id}` }));
  await insert(Desk, (id) => ({ id }));
  await insert(Member, (id) => ({ name: `member ${id}`, team: { id }, desk: { id } }));
  await insert(Duty, (id) => ({ name: `duty ${id}` }));
  await insert(Employee, (id) => ({ name: `employee ${id}`, manager: null }));
  await insert(Film, (id) => ({ name: `film ${id}` }));
  await insert(Subtitle, (id) => ({ language: 'de', film: { id } }));
  await insert(Magazine, (id) => ({ title: `magazine ${id}` }));
  await insert(Issue, (id) => ({ magazine: { id } }));
  await insert(Note, (id) => ({ text: `note ${id}` }));
  await insert(Reader, (id) => ({ name: `reader ${id}` }));
  await insert(Card, (id) => ({ reader: { id } }));
  await insert(Visit, (id) => ({ reader: { id } }));
  for (const id of ids) {
    await manager.createQueryBuilder().relation(Book, 'tags').of(id).add(id);
    await manager.createQueryBuilder().relation(Team, 'duties').of(id).add(id);
    await saveTree(manager, id);
  }
}

async function saveTree(manager: EntityManager, id: number): Promise<void> {
  for (const target of [Subject, Shelf]) {
    await manager.save(target, { name: `root ${id}` } as never);
  }
  if (id === 1) {
    const root = await manager.save(Room, { name: 'root' });
    for (const child of ids.slice(1)) await manager.save(Room, { name: `room ${child}`, parent: root });
  }
}
