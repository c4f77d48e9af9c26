import { defer, lastValueFrom } from 'rxjs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DataSource } from 'typeorm';
import { installQueryTiming, runInScope, type QueryTiming } from '../../../src/query-timing/core';
import { enforceBudgets, queryMatchers, QueryBudgetExceededError } from '../../../src/query-timing/testing';
import { installedTiming } from '../../../src/query-timing/installed-timing';
import { recordingLogger } from '../support/recording-logger';
import { deferred } from '../support/stub-postgres';

const dataSources: DataSource[] = [];
const open = async () => {
  const dataSource = await new DataSource({ type: 'sqljs' }).initialize();
  dataSources.push(dataSource);
  return dataSource;
};
const timed = async (options: object = {}) => {
  const dataSource = await open();
  const timing = installQueryTiming(dataSource, { logger: recordingLogger(), ...options });
  return { dataSource, timing };
};
afterEach(async () => {
  enforceBudgets(false);
  for (const dataSource of dataSources.splice(0)) await dataSource.destroy();
});

/** What a matcher prints when it fails. */
async function failure(matching: Promise<unknown>): Promise<string> {
  return matching.then(
    () => 'it did not fail',
    (error: Error) => error.message,
  );
}

const byId = (dataSource: DataSource, id: number) => dataSource.query(`SELECT ${id} AS tea`);

describe.each([
  ['with a timing', async () => (await timed()).dataSource],
  ['without a timing', open],
])('the matchers %s', (_, create) => {
  it('count the statements of the work', async () => {
    const dataSource = await create();
    const work = async () => {
      await byId(dataSource, 1);
      await dataSource.query('CREATE TABLE tea (id int)');
    };
    await expect(work).toTakeStatements(2);
    await expect(() => byId(dataSource, 1)).not.toTakeStatements(3);
    await expect(() => byId(dataSource, 1)).toTakeAtMost(1);
    await expect(() => undefined).toTakeStatements(0);
  });

  it('print the statements with their counts and the lines that sent them', async () => {
    const dataSource = await create();
    const work = async () => {
      for (const id of [1, 2, 3]) await byId(dataSource, id);
      await dataSource.query('SELECT 1 AS cup');
    };
    const text = await failure(expect(work).toTakeAtMost(2));
    expect(text).toContain('Expected the work to take at most 2 statements. It took 4:\n     3 x SELECT ? AS tea\n');
    expect(text).toMatch(/at test\/query-timing\/testing\/matchers\.spec\.ts:\d+:\d+\n {5}1 x SELECT \? AS cup/);
  });

  it('find statements that are repeated, whatever their values are', async () => {
    const dataSource = await create();
    const loop = async () => {
      for (const id of [1, 2, 3]) await byId(dataSource, id);
    };
    await expect(loop).toRepeatStatements();
    await expect(loop).not.toRepeatStatements(4);
    await expect(() => byId(dataSource, 1)).not.toRepeatStatements();
    expect(await failure(expect(loop).not.toRepeatStatements())).toContain('3 x SELECT ? AS tea');
  });

  it('compare the work for several sizes', async () => {
    const dataSource = await create();
    const page = async () => byId(dataSource, 1);
    const growing = async (size: number) => {
      for (let id = 0; id < size; id++) await byId(dataSource, id);
    };
    await expect(page).toTakeAsManyStatementsFor(1, 10, 100);
    await expect(growing).not.toTakeAsManyStatementsFor(1, 10);
    const text = await failure(expect(growing).toTakeAsManyStatementsFor(1, 10));
    expect(text).toContain('for 1: 1 statement\n     1 x SELECT ? AS tea');
    expect(text).toContain('for 10: 10 statements\n    10 x SELECT ? AS tea');
  });

  it('compare the statements with a snapshot', async () => {
    const dataSource = await create();
    await expect(async () => {
      await dataSource.query('SELECT 1 AS cup');
      for (const id of [1, 2]) await byId(dataSource, id);
    }).toMatchStatements('a page');
  });

  it('do not count statements that begin or end transactions', async () => {
    const dataSource = await create();
    const work = () => dataSource.transaction((manager) => manager.query('SELECT 1'));
    await expect(work).toTakeStatements(1);
    expect(await failure(expect(work).toTakeStatements(2))).toContain('and 2 that begin or end transactions');
  });

  it('reject with what the work throws', async () => {
    const dataSource = await create();
    const failing = () => dataSource.query('SELECT missing');
    await expect(expect(failing).toTakeStatements(1)).rejects.toThrow('no such column: missing');
    await expect(() => failing().catch(() => undefined)).toTakeStatements(1);
  });

  it('keep work apart that runs at the same time', async () => {
    const dataSource = await create();
    const work = (statements: number) => async () => {
      for (let id = 0; id < statements; id++) await byId(dataSource, id);
    };
    await Promise.all([1, 5, 9].map((statements) => expect(work(statements)).toTakeStatements(statements)));
    await expect(async () => {
      await expect(work(2)).toTakeStatements(2);
      await byId(dataSource, 1);
    }).toTakeStatements(3);
  });
});

describe('the matchers', () => {
  let server: Server;
  afterEach(() => server?.close());

  it('count the statements of a server in the same process', async () => {
    const { dataSource } = await timed();
    server = createServer((_, response) => void byId(dataSource, 1).then(() => response.end()));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const request = async () => {
      const response = await fetch(`http://127.0.0.1:${port}`);
      await response.text();
    };
    await expect(request).toTakeStatements(1);
  });

  it('count the statements of all DataSources and name the others', async () => {
    const { dataSource: one } = await timed();
    const { dataSource: two } = await timed({ name: 'reports' });
    const text = await failure(expect(() => Promise.all([byId(one, 1), byId(two, 1)])).toTakeStatements(1));
    expect(text).toContain('1 x SELECT ? AS tea\n');
    expect(text).toContain('1 x SELECT ? AS tea  (reports)');
  });

  it('count the statements of a DataSource that is initialised by the work, with and without a timing', async () => {
    for (const create of [open, async () => (await timed()).dataSource]) {
      await expect(async () => byId(await create(), 1)).toTakeStatements(1);
    }
  });

  it('count the statements of a DataSource that is initialised while other work runs, which may never end', async () => {
    await open();
    const other = deferred();
    const running = expect(() => other.promise).toTakeStatements(0);
    const later = await open();
    await expect(() => byId(later, 1)).toTakeStatements(1);
    other.resolve();
    await running;
  });

  it('leave room for the timing that the application installs during the work, and leave it there', async () => {
    const sinks = [{ record: jest.fn() }];
    const work = async () => {
      const { dataSource, timing } = await timed({ sinks });
      await byId(dataSource, 1);
      return timing;
    };
    let timing: QueryTiming | undefined;
    await expect(async () => (timing = await work())).toTakeStatements(1);
    await expect(async () => (timing = await work())).toTakeStatements(1);
    expect(sinks[0]!.record).toHaveBeenCalledTimes(2);
    expect(timing!.getSummary().totalQueries).toBe(1);
    expect(installedTiming.of(dataSources.at(-1)!)).toBe(timing);
  });

  it('leave the timing and its counts as they are', async () => {
    const { dataSource, timing } = await timed();
    await expect(() => byId(dataSource, 1)).toTakeStatements(1);
    await byId(dataSource, 2);
    expect(timing.getSummary().totalQueries).toBe(2);
    const untimed = await open();
    await expect(() => byId(untimed, 1)).toTakeStatements(1);
    expect(untimed.subscribers).toEqual([]);
  });

  it('say what is wrong without a DataSource, with a timing that is off, and with a promise', async () => {
    const counting = () => failure(expect(() => undefined).toTakeStatements(0));
    expect(await counting()).toContain('There is no initialised DataSource');
    const { dataSource, timing } = await timed();
    timing.setEnabled(false);
    expect(await counting()).toContain('The query timing of every DataSource is switched off');
    expect(await failure(expect(byId(dataSource, 1)).toTakeStatements(1))).toContain('Expected a function');
    expect(await failure(expect(() => undefined).toTakeStatements(-1))).toContain('a whole number, 0 or more');
    expect(await failure(expect(() => undefined).toTakeAsManyStatementsFor(1))).toContain('at least two sizes');
  });

  it('refuse work that only begins when its result is read', async () => {
    const { dataSource } = await timed();
    const lazy = [() => defer(() => byId(dataSource, 1)), async () => rows(dataSource)];
    async function* rows(of: typeof dataSource) {
      yield await byId(of, 1);
    }
    for (const work of lazy) {
      expect(await failure(expect(work).toTakeAtMost(1))).toContain('has not begun');
      expect(await failure(expect(work).not.toRepeatStatements())).toContain('has not begun');
    }
    await expect(() => lastValueFrom(defer(() => byId(dataSource, 1)))).toTakeStatements(1);
  });

  it('are exported for an expect that is not global', () => {
    expect(Object.keys(queryMatchers)).toEqual([
      'toTakeStatements',
      'toTakeAtMost',
      'toRepeatStatements',
      'toTakeAsManyStatementsFor',
      'toMatchStatements',
      'toKeepBudgets',
    ]);
  });
});

describe('a budget', () => {
  const BUDGET = { scopes: { budget: { statements: 2, repeated: 0 } } };

  it('is an error in tests that enforce it, with the list of statements', async () => {
    const { dataSource } = await timed(BUDGET);
    const work = () =>
      runInScope('nightly report', async () => {
        for (const id of [1, 2, 3]) await byId(dataSource, id);
      });
    await work();
    enforceBudgets(true);
    const error = await work().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(QueryBudgetExceededError);
    expect((error as QueryBudgetExceededError).message).toBe(
      '"nightly report" exceeded its budget: 3 statements, allowed 2; 2 repetitions of a statement, allowed 0\n' +
        '     3 x SELECT ? AS tea',
    );
    expect((error as QueryBudgetExceededError).scope.statements).toBe(3);
    await expect(runInScope('small', () => byId(dataSource, 1))).resolves.toHaveLength(1);
  });

  it('of work that returns a generator is an error of its last step, once', async () => {
    const { dataSource } = await timed(BUDGET);
    enforceBudgets(true);
    const teas = runInScope('export', async function* () {
      for (const id of [1, 2, 3]) yield byId(dataSource, id);
    });
    for (let i = 0; i < 3; i++) expect((await teas.next()).done).toBe(false);
    await expect(teas.next()).rejects.toThrow(QueryBudgetExceededError);
    await expect(teas.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('does not hide the error of the work', async () => {
    const { dataSource } = await timed(BUDGET);
    enforceBudgets(true);
    const work = runInScope('failing', async () => {
      for (const id of [1, 2, 3]) await byId(dataSource, id);
      throw new Error('the error of the work');
    });
    await expect(work).rejects.toThrow('the error of the work');
  });

  it('is watched by a matcher', async () => {
    const { dataSource } = await timed(BUDGET);
    const work = (ids: number[]) => () =>
      runInScope('nightly report', async () => {
        for (const id of ids) await byId(dataSource, id);
      });
    await expect(work([1])).toKeepBudgets();
    expect(await failure(expect(work([1, 2, 3])).toKeepBudgets())).toContain('Exceeded by: nightly report');
  });
});
