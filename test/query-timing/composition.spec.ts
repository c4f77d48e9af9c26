import { type Readable } from 'node:stream';
import type { DataSource, QueryRunner } from 'typeorm';
import { installQueryTiming, type CompletedQuery, type QueryTiming } from '../../src/query-timing/core';
import { recordingLogger } from './support/recording-logger';
import { initializedStub } from './support/stub-postgres';

/** A library that wraps a method as instrumentations do: it keeps what it found, and puts that back if it still can. */
class Wrapping {
  calls = 0;
  private readonly found: unknown;
  private readonly wrapped: (this: unknown, ...args: unknown[]) => unknown;

  constructor(
    private readonly target: object,
    private readonly name: string,
  ) {
    this.found = Reflect.get(target, name);
    const count = () => this.calls++;
    const { found } = this;
    this.wrapped = function (this: unknown, ...args) {
      count();
      return (found as (...all: unknown[]) => unknown).apply(this, args);
    };
    Object.defineProperty(target, name, { value: this.wrapped, configurable: true, writable: true });
  }

  remove(): void {
    if (Reflect.get(this.target, this.name) === this.wrapped) {
      Object.defineProperty(this.target, this.name, { value: this.found, configurable: true, writable: true });
    }
  }
}

const classOf = (runner: object) => Object.getPrototypeOf(runner) as QueryRunner;

/** Where other libraries wrap the methods that the timing wraps. */
const places = {
  'the stream() of the class of query runners': (dataSource: DataSource) =>
    new Wrapping(classOf(dataSource.createQueryRunner()), 'stream'),
  'the obtainMasterConnection() of the driver': ({ driver }: DataSource) =>
    new Wrapping(driver, 'obtainMasterConnection'),
  "the obtainMasterConnection() of the driver's class": ({ driver }: DataSource) =>
    new Wrapping(Object.getPrototypeOf(driver) as object, 'obtainMasterConnection'),
  'the buildMetadatas() of the DataSource': (dataSource: DataSource) => new Wrapping(dataSource, 'buildMetadatas'),
};

async function read(runner: QueryRunner, sql = 'SELECT 1'): Promise<void> {
  const stream = (await runner.stream(sql)) as Readable;
  stream.push(null);
  for await (const row of stream) void row;
}

async function open() {
  const seen: CompletedQuery[] = [];
  const acquired: unknown[] = [];
  const dataSource = await initializedStub();
  const sink = {
    record: (query: CompletedQuery) => void seen.push(query),
    recordAcquisition: (one: unknown) => void acquired.push(one),
  };
  let timing: QueryTiming | undefined;
  const install = () => void (timing = installQueryTiming(dataSource, { logger: recordingLogger(), sinks: [sink] }));
  /** A query, a stream, and both again after the DataSource was initialised again. */
  const use = async () => {
    for (let i = 0; i < 2; i++) {
      await dataSource.query('SELECT 1');
      const runner = dataSource.createQueryRunner();
      await read(runner, 'SELECT 2');
      await runner.release();
      await dataSource.destroy();
      await dataSource.initialize();
    }
  };
  const takeSeen = () => [seen.splice(0).map(({ sql }) => sql), acquired.splice(0).length];
  return { dataSource, install, uninstall: () => timing?.uninstall(), use, takeSeen };
}

const all = [['SELECT 1', 'SELECT 2', 'SELECT 1', 'SELECT 2'], 6];
const nothing = [[], 0];

describe('the timing beside another library that wraps the same method', () => {
  /** Two of each, since the timing may lie between them. */
  const orders = [
    ['+a', '+us', '+b', '-us', '-a', '-b'],
    ['+a', '+us', '+b', '-us', '+us', '-b', '-us', '-a'],
    ['+a', '+us', '+b', '-b', '-us', '-a'],
    ['+a', '+us', '+b', '-a', '-b', '-us'],
    ['+us', '+a', '-us', '+us', '+b', '-us', '-b', '-a'],
    ['+us', '+a', '+b', '-b', '-a', '-us'],
    ['+us', '-us', '+a', '+us', '-a', '+b', '-us', '-b'],
    ['+a', '+b', '+us', '-a', '-us', '-b'],
  ];

  describe.each(Object.entries(places))('%s', (_, wrap) => {
    it.each(orders.map((order) => [order.join(' '), order] as const))(
      'counts each statement once and keeps the other in the order %s',
      async (_name, order) => {
        const { dataSource, install, uninstall, use, takeSeen } = await open();
        const others = new Map<string, Wrapping>();
        let installed = false;
        const removed = new Set<string>();
        for (const step of order) {
          const name = step.slice(1);
          if (step === '+us' || step === '-us') {
            if (step === '+us') install();
            else uninstall();
            installed = step === '+us';
          } else if (step.startsWith('+')) others.set(name, wrap(dataSource));
          else {
            others.get(name)!.remove();
            removed.add(name);
          }
          for (const other of others.values()) other.calls = 0;
          await use();
          expect([step, takeSeen()]).toEqual([step, installed ? all : nothing]);
          for (const [other, { calls }] of others) if (!removed.has(other)) expect(calls).toBeGreaterThan(0);
        }
        uninstall();
      },
    );
  });

  it('leaves the class of query runners as it was when the last DataSource is uninstalled', async () => {
    const [one, two] = [await open(), await open()];
    const runnerClass = classOf(one.dataSource.createQueryRunner());
    const before = Object.getOwnPropertyDescriptor(runnerClass, 'stream');
    for (const { install } of [one, two]) install();
    one.uninstall();
    expect(Object.getOwnPropertyDescriptor(runnerClass, 'stream')).not.toEqual(before);
    await two.use();
    expect(two.takeSeen()).toEqual(all);
    two.uninstall();
    expect(Object.getOwnPropertyDescriptor(runnerClass, 'stream')).toEqual(before);
  });
});

describe('the timing beside another library that changes query runners', () => {
  it.each(['before', 'after'])('sees the streams of one that has its own stream(), set %s it', async (when) => {
    const { dataSource, install, uninstall, takeSeen } = await open();
    const streamed: string[] = [];
    const { driver } = dataSource;
    if (when === 'after') install();
    const create = driver.createQueryRunner.bind(driver);
    driver.createQueryRunner = (mode) => {
      const runner = create(mode);
      const stream = runner.stream.bind(runner);
      runner.stream = (sql, ...more) => {
        streamed.push(sql);
        return stream(sql, ...more);
      };
      return runner;
    };
    if (when === 'before') install();
    await read(dataSource.createQueryRunner());
    expect(streamed).toEqual(['SELECT 1']);
    expect(takeSeen()).toEqual([['SELECT 1'], 1]);
    uninstall();
    await read(dataSource.createQueryRunner());
    expect(streamed).toEqual(['SELECT 1', 'SELECT 1']);
    expect(takeSeen()).toEqual(nothing);
  });

  it.each([
    ['a derived one', (runner: QueryRunner) => Object.create(runner) as QueryRunner],
    ['one derived twice', (runner: QueryRunner) => Object.create(Object.create(runner) as object) as QueryRunner],
    ['a proxy', (runner: QueryRunner) => new Proxy(runner, {})],
  ])('counts a stream of %s once, and its wait behind a query of the original', async (_, derive) => {
    const { dataSource, install, uninstall, takeSeen } = await open();
    install();
    const runner = dataSource.createQueryRunner();
    await runner.query('SELECT 0');
    await read(derive(runner));
    expect(takeSeen()).toEqual([['SELECT 0', 'SELECT 1'], 1]);
    uninstall();
    await read(derive(runner));
    expect(takeSeen()).toEqual(nothing);
  });

  it('attaches to a driver whose methods cannot be replaced, as far as it can', async () => {
    const { dataSource, install, uninstall, takeSeen } = await open();
    Object.freeze(dataSource.driver);
    install();
    await dataSource.query('SELECT 1');
    await read(dataSource.createQueryRunner());
    expect(takeSeen()).toEqual([['SELECT 1', 'SELECT 1'], 0]);
    uninstall();
  });
});
