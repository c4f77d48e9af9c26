import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { installQueryTiming, type CompletedQuery } from '../../../../src/query-timing/core';
import { createTestDatabase, type TestDatabase } from '../../support/postgres';
import { recordingLogger } from '../../support/recording-logger';
import { Author, Book, LIBRARY_ENTITIES, Team } from '../library-entities';
import { markedLines } from '../marked-lines';

let database: TestDatabase;
let dataSource: DataSource;
const seen: CompletedQuery[] = [];
const logger = recordingLogger();
const marked = markedLines(__filename);

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await database.dataSource({ entities: LIBRARY_ENTITIES, synchronize: true }).initialize();
  await dataSource.manager.save(Author, { name: 'a', books: [{ title: 'b', tags: [{ name: 't' }] }] });
  await dataSource.manager.save(Team, { name: 'one' });
  const sinks = [{ record: (query: CompletedQuery) => void seen.push(query) }];
  installQueryTiming(dataSource, { slowQueryThresholdMs: 0, registry: new Registry(), logger, sinks });
}, 60_000);
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** Runs it twice: the caller is wanted from the second run on. */
async function callersOf(work: () => Promise<unknown>) {
  await work();
  seen.length = 0;
  await work();
  const data = seen.filter(({ type }) => !['BEGIN', 'COMMIT'].includes(type));
  return data.map(({ origin, statement }) => [origin?.caller?.replace(/\d+$/, ''), statement.slice(0, 30)]);
}

const books = () => dataSource.getRepository(Book);
const returned = () => books().findOneBy({ id: 1 }); // line: returned
async function returnedFromAsync() {
  return books().findOneBy({ id: 2 }); // line: returnedFromAsync
}

const ways: Record<string, () => Promise<unknown>> = {
  find: async () => {
    await books().find({ where: { title: 'b' } }); // line: find
  },
  findOneBy: async () => {
    await books().findOneBy({ title: 'b' }); // line: findOneBy
  },
  builder: async () => {
    const builder = books().createQueryBuilder('book').where('book.id = 1');
    await builder.getMany(); // line: builder
  },
  raw: async () => {
    await dataSource.query('SELECT 42'); // line: raw
  },
  lazy: async () => {
    const team = await dataSource.manager.findOneByOrFail(Team, { id: 1 });
    seen.length = 0;
    await team.members; // line: lazy
  },
  returned: async () => {
    await returned();
  },
  returnedFromAsync: async () => {
    await returnedFromAsync();
  },
  transaction: () =>
    dataSource.transaction(async (manager) => {
      await manager.findOneBy(Book, { id: 3 }); // line: transaction
    }),
  parallel: async () => {
    await Promise.all([1, 2, 3].map((id) => books().findBy({ author: { id } }))); // line: parallel
  },
  save: async () => {
    const author = { name: 'x', books: [{ title: 'y', tags: [{ name: 'z' }] }] };
    await dataSource.manager.save(Author, author); // line: save
  },
  stream: async () => {
    const stream = await books().createQueryBuilder('book').stream(); // line: stream
    await stream.resume().toArray();
  },
  count: async () => {
    await books().findAndCount({ relations: { tags: true }, take: 1 }); // line: count
  },
  separate: async () => {
    const relations = { books: { tags: true }, biography: true };
    await dataSource.manager.find(Author, { relations, relationLoadStrategy: 'query' }); // line: separate
  },
};

describe('the line of code that has sent a statement', () => {
  it.each(Object.keys(ways))('is the line of the application, whichever way it goes: %s', async (name) => {
    const callers = await callersOf(ways[name]!);
    expect(callers.length).toBeGreaterThan(0);
    expect(callers).toEqual(callers.map(([, statement]) => [marked(name), statement]));
  });
});
