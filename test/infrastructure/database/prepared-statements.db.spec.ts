import pg from 'pg';
import { DataSource } from 'typeorm';
import { anyOf } from '../../../src/infrastructure/database/any-of';
import { abortableClient } from '../../../src/infrastructure/database/abortable-client';
import { retryReasonOf } from '../../../src/infrastructure/database/driver-errors';
import { GuardedPool } from '../../../src/infrastructure/database/guarded-pool';
import { NOT_PREPARED, Preparation } from '../../../src/infrastructure/database/prepared/preparation';
import { limited } from '../../../src/infrastructure/database/limited';
import { preparingClient } from '../../../src/infrastructure/database/prepared/preparing-client';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

const READ = 'SELECT * FROM notes WHERE id = $1';

let database: ScratchDatabase;
let dataSource: DataSource;
let switchedOff: Error[];

/** One connection, on which at most two statements are prepared. */
async function connected(max = 2, poolSize = 1): Promise<DataSource> {
  switchedOff = [];
  const preparation = new Preparation({ max, onOff: (reason) => switchedOff.push(reason) });
  return new DataSource({
    type: 'postgres',
    url: database.url,
    poolSize,
    driver: { ...pg, Pool: GuardedPool },
    extra: { Client: preparingClient(abortableClient(new AbortController().signal), preparation) },
    installExtensions: false,
    logging: false,
  }).initialize();
}

beforeEach(async () => {
  database = await createScratchDatabase();
  dataSource = await connected();
  await dataSource.query('CREATE TABLE notes (id int, text text)');
  await dataSource.query("INSERT INTO notes VALUES (1, 'one')");
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

const read = (text = READ) => dataSource.query<unknown[]>(text, [1]);
const repeated = async (times: number, text = READ) => {
  for (let i = 0; i < times; i++) await read(text);
};
const names = async (from = dataSource): Promise<Record<string, string>> => {
  const rows = await from.query<{ name: string; statement: string }[]>('SELECT * FROM pg_prepared_statements');
  return Object.fromEntries(rows.map(({ name, statement }) => [statement, name]));
};
const prepared = async () => Object.keys(await names()).sort();

describe('a statement with parameters', () => {
  it('is prepared when it has been used three times on a connection, and returns what it did', async () => {
    await repeated(3);
    expect(await prepared()).toEqual([]);
    expect(await read()).toEqual([{ id: 1, text: 'one' }]);
    expect(await prepared()).toEqual([READ]);
    expect(await read()).toEqual([{ id: 1, text: 'one' }]);
    expect(await prepared()).toEqual([READ]);
  });

  it('is planned for each execution with a parameter as its limit, and once with a number', async () => {
    await dataSource.query('INSERT INTO notes SELECT n % 10, n FROM generate_series(1, 5000) AS n');
    await dataSource.query('CREATE INDEX notes_by_id ON notes (id, text)');
    await dataSource.query('ANALYZE notes');
    const page = 'SELECT * FROM notes WHERE id = $1 ORDER BY text';
    const first = limited(page);
    for (let i = 0; i < 12; i++) {
      await dataSource.query(`${page} LIMIT $2`, [1, 20]);
      await dataSource.query(first(20), [1]);
    }
    const plans = await dataSource.query<{ statement: string; for_all: boolean }[]>(
      'SELECT statement, generic_plans > 0 AS for_all FROM pg_prepared_statements',
    );
    expect(plans).toEqual(
      expect.arrayContaining([
        { statement: `${page} LIMIT $2`, for_all: false },
        { statement: `${page} LIMIT 20`, for_all: true },
      ]),
    );
  });

  it('is planned for each execution with a list as its parameter, and once with a list whose length is hidden', async () => {
    await dataSource.query('INSERT INTO notes SELECT n, md5(n::text) FROM generate_series(2, 5000) AS n');
    await dataSource.query('CREATE UNIQUE INDEX notes_by_text ON notes (text)');
    await dataSource.query('ANALYZE notes');
    const listed = 'SELECT * FROM notes WHERE text = ANY ($1)';
    const hidden = `SELECT * FROM notes WHERE text ${anyOf('$1', 'text')}`;
    const found = async (text: string) => dataSource.query<unknown[]>(text, [['one', 'none']]);
    for (let i = 0; i < 12; i++) expect(await found(hidden)).toEqual(await found(listed));
    expect(await found(hidden)).toEqual([{ id: 1, text: 'one' }]);
    const plans = await dataSource.query<{ statement: string; for_all: boolean }[]>(
      'SELECT statement, generic_plans > 0 AS for_all FROM pg_prepared_statements',
    );
    expect(plans).toEqual(
      expect.arrayContaining([
        { statement: listed, for_all: false },
        { statement: hidden, for_all: true },
      ]),
    );
  });

  it('is not prepared without parameters, nor if it says so, nor with a maximum of 0', async () => {
    for (let i = 0; i < 5; i++) await dataSource.query('SELECT 1');
    await repeated(5, `${READ} ${NOT_PREPARED}`);
    expect(await prepared()).toEqual([]);
    await dataSource.destroy();
    dataSource = await connected(0);
    await repeated(5);
    expect(await prepared()).toEqual([]);
  });

  it('gives its place to another one that is used more recently, on the server, too', async () => {
    const texts = ['a', 'b', 'c'].map((name) => `${READ} /* ${name} */`);
    await repeated(4, texts[0]);
    await repeated(4, texts[1]);
    await read(texts[0]);
    await repeated(5, texts[2]);
    expect(await prepared()).toEqual([texts[0], texts[2]]);
    await repeated(5, texts[1]);
    expect(await prepared()).toEqual([texts[1], texts[2]]);
  });

  it('that fails is sent again as any other', async () => {
    const divide = 'SELECT 1 / $1::int AS quotient';
    const ask = (divisor: number) => dataSource.query<unknown[]>(divide, [divisor]);
    for (let i = 0; i < 4; i++) await ask(1);
    await expect(ask(0)).rejects.toMatchObject({ code: '22012' });
    expect(await ask(1)).toEqual([{ quotient: 1 }]);
    expect(await prepared()).toEqual([divide]);
  });

  it('whose preparation has failed gets another name, since a pooler refuses the first one', async () => {
    const late = 'SELECT * FROM late WHERE id = $1';
    for (let i = 0; i < 4; i++) await expect(read(late)).rejects.toThrow('late');
    await dataSource.query('CREATE TABLE late (id int)');
    await repeated(5, late);
    const other = await connected();
    for (let i = 0; i < 5; i++) await other.query(late, [1]);
    const [again, first] = [await names(), await names(other)];
    await other.destroy();
    expect([Object.keys(again), Object.keys(first)]).toEqual([[late], [late]]);
    expect(again[late]).not.toBe(first[late]);
  });

  it('gets no name in a transaction that an error has aborted', async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await expect(runner.query('SELECT 1/0')).rejects.toThrow('zero');
    for (let i = 0; i < 4; i++) await expect(runner.query(READ, [1])).rejects.toMatchObject({ code: '25P02' });
    await runner.rollbackTransaction();
    await runner.release();
    await repeated(4);
    expect(await prepared()).toEqual([READ]);
  });
});

describe('a prepared statement that the server refuses', () => {
  it.each([
    ['a column was added', 'ALTER TABLE notes ADD COLUMN more int DEFAULT 5', { id: 1, text: 'one', more: 5 }],
    ['the server forgot it', 'DEALLOCATE ALL', { id: 1, text: 'one' }],
    ['the session was reset', 'DISCARD ALL', { id: 1, text: 'one' }],
  ])('because %s is executed without a name, and prepared again', async (_, change, row) => {
    await repeated(5);
    await dataSource.query(change);
    for (let i = 0; i < 9; i++) expect(await read()).toEqual([row]);
    expect(await prepared()).toEqual([READ]);
    expect(switchedOff).toEqual([]);
  });

  it('in a transaction ends it with an error for which it can be tried again, and then it succeeds', async () => {
    await repeated(5);
    await dataSource.query('ALTER TABLE notes ADD COLUMN more int');
    const work = () => dataSource.transaction((manager) => manager.query<unknown[]>(READ, [1]));
    const error: unknown = await work().catch((reason: unknown) => reason);
    expect(retryReasonOf(error)).toBe('prepared_statement');
    expect(await work()).toHaveLength(1);
  });

  describe('on several connections', () => {
    const onEach = async <T>(work: (manager: DataSource['manager']) => Promise<T>, together = false) => {
      const runners = Array.from({ length: 3 }, () => dataSource.createQueryRunner());
      await Promise.all(runners.map((runner) => runner.connect()));
      const running: Promise<T>[] = [];
      for (const { manager } of runners) {
        running.push(work(manager));
        if (!together) await Promise.allSettled(running);
      }
      const results = await Promise.allSettled(running);
      for (const runner of runners) await runner.release();
      return results;
    };
    const often = async (manager: DataSource['manager']) => {
      for (let i = 0; i < 5; i++) await manager.query(READ, [1]);
    };
    beforeEach(async () => {
      await dataSource.destroy();
      dataSource = await connected(2, 3);
      await onEach(often);
      await dataSource.query('ALTER TABLE notes ADD COLUMN more int');
    });

    it('is out of date on all: none is refused a second time', async () => {
      const results = await onEach((manager) => manager.transaction((inner) => inner.query(READ, [1])));
      const reasons = results.map((result) => result.status === 'rejected' && retryReasonOf(result.reason));
      expect(reasons).toEqual(['prepared_statement', false, false]);
    });

    it('is prepared again on all, also when it was refused on all together', async () => {
      await onEach((manager) => manager.query(READ, [1]), true);
      await onEach(often);
      const counts = await onEach((manager) => manager.query<unknown[]>('SELECT FROM pg_prepared_statements'));
      expect(counts).toMatchObject([1, 2, 3].map(() => ({ value: [{}] })));
    });
  });

  it('because another one has its name ends all preparation, once and with the reason', async () => {
    const another = await connected();
    for (let i = 0; i < 4; i++) await another.query(READ, [1]);
    const name = (await names(another))[READ];
    await another.destroy();
    const clash = `PREPARE ${name} AS SELECT 'of another client'`;
    await dataSource.query(clash);
    for (let i = 0; i < 9; i++) expect(await read()).toEqual([{ id: 1, text: 'one' }]);
    expect(await prepared()).toEqual([clash]);
    expect(switchedOff).toMatchObject([{ code: '42P05' }]);
  });
});
