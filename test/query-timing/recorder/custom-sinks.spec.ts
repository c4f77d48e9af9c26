import { installQueryTiming, type CompletedQuery, type Sink } from '../../../src/query-timing/core';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub, type StubServer } from '../support/stub-postgres';
import { NEVER_SLOW } from '../support/timed';

async function received(server?: StubServer, others: Sink[] = []) {
  const seen: CompletedQuery[] = [];
  const logger = recordingLogger();
  const dataSource = await initializedStub(server);
  const sinks = [...others, { record: (query: CompletedQuery) => void seen.push(query) }];
  const timing = installQueryTiming(dataSource, { logger, sinks, ...NEVER_SLOW });
  return { dataSource, seen, logger, timing };
}

describe('what a custom sink receives', () => {
  it('is a plain object whose values are its own properties', async () => {
    const { dataSource, seen } = await received(() => ({ rows: [{ a: 1 }, { a: 2 }], rowCount: 2 }));
    await dataSource.query("SELECT * FROM t WHERE a = 'secret' AND b = $1", [7]);
    const [query] = seen;
    const expected = {
      sql: "SELECT * FROM t WHERE a = 'secret' AND b = $1",
      parameters: [7],
      type: 'SELECT',
      statement: expect.stringMatching(/^SELECT \* FROM t WHERE a = \? AND b = (?:\?|\$1)$/),
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      dataSource: 'default',
      seconds: expect.any(Number),
      queuedSeconds: 0,
      poolSeconds: expect.any(Number),
      failed: false,
      error: undefined,
      errorClass: undefined,
      slow: false,
      thresholdSeconds: 600,
      rows: 2,
      stream: undefined,
      origin: undefined,
    };
    expect(Object.getPrototypeOf(query)).toBe(Object.prototype);
    expect(
      Object.values(Object.getOwnPropertyDescriptors(query)).every(({ enumerable, get }) => enumerable && !get),
    ).toBe(true);
    expect(query).toStrictEqual(expected);
    expect({ ...query }).toStrictEqual(expected);
    expect(structuredClone(query)).toEqual(expected);
    expect(JSON.parse(JSON.stringify(query))).toEqual(JSON.parse(JSON.stringify(query!, Object.keys(query!))));
  });

  it('has the texts of that statement, also when statements repeat', async () => {
    const { dataSource, seen } = await received();
    for (const sql of ['SELECT a', 'SELECT b', 'SELECT a', 'SELECT b']) await dataSource.query(sql);
    expect(seen.map(({ statement }) => statement)).toEqual(['SELECT a', 'SELECT b', 'SELECT a', 'SELECT b']);
    expect(seen[0]!.fingerprint).toBe(seen[2]!.fingerprint);
    expect(seen[0]!.fingerprint).not.toBe(seen[1]!.fingerprint);
  });

  it('may be changed without an effect on the others', async () => {
    const vandal: Sink = { record: (query) => void Object.assign(query, { sql: 'changed', seconds: -1 }) };
    const { dataSource, seen, timing } = await received(undefined, [vandal]);
    await dataSource.query('SELECT 1');
    expect(seen).toMatchObject([{ sql: 'SELECT 1' }]);
    expect(timing.getSummary().totalDurationMs).toBeGreaterThanOrEqual(0);
  });
});

describe('a custom sink', () => {
  it('that fails once in a while is called for every statement', async () => {
    let calls = 0;
    const sink: Sink = {
      record: () => {
        if (++calls % 3 === 0) throw new Error('sabotage');
      },
    };
    const { dataSource, logger } = await received(undefined, [sink]);
    for (let i = 0; i < 100; i++) await dataSource.query('SELECT 1');
    expect(calls).toBe(100);
    expect(logger.ofOperation('DB_QUERY_TIMING')).toEqual([expect.objectContaining({ part: 'sink', errors: 1 })]);
  });

  it('of a class that always fails is off, and its name is in the log', async () => {
    class ByTable {
      record(): void {
        throw new Error('sabotage');
      }
    }
    const { dataSource, logger } = await received(undefined, [new ByTable()]);
    for (let i = 0; i < 20; i++) await dataSource.query('SELECT 1');
    expect(logger.ofOperation('DB_QUERY_TIMING')).toEqual([
      expect.objectContaining({ part: 'sink', error_type: 'Error' }),
      expect.objectContaining({
        message: expect.stringContaining('sink ByTable failed 10 times in a row'),
        state: 'off',
      }),
    ]);
  });

  it('that is asynchronous and rejects does not end the process, and is off after ten errors', async () => {
    const record = jest.fn(() => Promise.reject(new Error('sabotage')));
    const { dataSource, logger } = await received(undefined, [{ record: record as () => void }]);
    for (let i = 0; i < 20; i++) {
      await dataSource.query('SELECT 1');
      await new Promise(setImmediate);
    }
    expect(record).toHaveBeenCalledTimes(10);
    expect(logger.ofOperation('DB_QUERY_TIMING').map((entry) => entry['state'])).toEqual([undefined, 'off']);
  });
});

describe('the statements that a custom sink or a logger sends for each statement', () => {
  it('are counted, and reach no custom sink, also of another DataSource', async () => {
    const sent: Promise<unknown>[] = [];
    const log = await received();
    const audit: Sink = { record: ({ sql }) => void sent.push(log.dataSource.query('INSERT INTO log', [sql])) };
    const { dataSource, seen, timing } = await received(undefined, [audit]);
    const sql = ['SELECT a', 'SELECT b'];
    for (const statement of sql) await dataSource.transaction((manager) => manager.query(statement));
    while (sent.length > 0) await sent.shift();
    expect(seen.filter(({ type }) => type === 'SELECT').map((query) => query.sql)).toEqual(sql);
    expect(seen).toHaveLength(6);
    expect(log.timing.getSummary().totalQueries).toBe(6);
    expect(log.seen).toEqual([]);
    await log.dataSource.query('SELECT c');
    expect(log.seen).toHaveLength(1);
    expect(timing.getSummary().totalQueries).toBe(6);
  });

  it('do not hide that the sink fails', async () => {
    const server = async (sql: string) => {
      if (sql.startsWith('INSERT')) throw new Error('no such table');
    };
    class Audit {
      sent: Promise<unknown>[] = [];
      record() {
        const sent = dataSource.query('INSERT INTO log');
        this.sent.push(sent.catch(() => undefined));
        return sent;
      }
    }
    const audit = new Audit();
    const { dataSource, logger } = await received(server, [audit]);
    for (let i = 0; i < 15; i++) {
      await dataSource.query('SELECT 1');
      await audit.sent.at(-1);
    }
    expect(audit.sent).toHaveLength(10);
    expect(logger.entries).toContainEqual(expect.objectContaining({ part: 'sink', state: 'off', name: 'Audit' }));
  });

  it('end, whatever the sink records and however it waits', async () => {
    const sent: Promise<unknown>[] = [];
    const { dataSource, seen, timing } = await received(undefined, [
      {
        record: () =>
          void sent.push(Promise.resolve().then(() => dataSource.transaction((work) => work.query('SELECT r')))),
        recordTransaction: () => void sent.push(dataSource.query('SELECT t')),
        recordAcquisition: () => void sent.push(dataSource.query('SELECT p')),
      },
    ]);
    await dataSource.query('SELECT 1');
    while (sent.length > 0) await sent.shift();
    expect(seen.map(({ sql }) => sql)).toEqual(['SELECT 1']);
    expect(timing.getSummary().totalQueries).toBe(5);
  });

  it('end, with a logger that writes all queries to the database', async () => {
    const sent: Promise<unknown>[] = [];
    const lines: object[] = [];
    const dataSource = await initializedStub();
    const debug = (entry: object) => {
      lines.push(entry);
      sent.push(dataSource.query('INSERT INTO log'));
    };
    const logger = { ...recordingLogger(), debug };
    const timing = installQueryTiming(dataSource, { logger, logAllQueries: true, ...NEVER_SLOW });
    await dataSource.query('SELECT 1');
    while (sent.length > 0) await sent.shift();
    expect(lines.map((line) => (line as { operation: string }).operation)).toContain('DB_QUERY');
    expect(timing.getSummary().totalQueries).toBe(1 + lines.length);
  });
});
