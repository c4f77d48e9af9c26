import { format, inspect } from 'node:util';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { pino } from 'pino';
import { consoleLogger } from '../../../src/query-timing/sinks/console-logger';
import { LogEntry } from '../../../src/query-timing/sinks/log-entry';
import { inform, warn } from '../../../src/query-timing/sinks/logger';

const fields = {
  operation: 'DB_SLOW_QUERY',
  duration_ms: 182.413,
  threshold_ms: 100,
  query_type: 'SELECT',
  is_slow: true,
  statement: 'SELECT * FROM orders WHERE id = $1',
  fingerprint: '5f1d3a0c9b7e2468',
  data_source: 'default',
  queue_ms: 0,
  pool_wait_ms: 1.204,
  failed: false,
  rows: 0,
  suppressed: 0,
};
const LINE =
  'Slow query (182.413 ms): SELECT * FROM orders WHERE id = $1 | fingerprint=5f1d3a0c9b7e2468 pool_wait_ms=1.204 rows=0';

const slow = (more: object = {}) => new LogEntry('Slow query', { ...fields, ...more });

/** What a stream of the process gets while `write` runs. */
function written(stream: NodeJS.WriteStream, write: () => void): string {
  const spy = jest.spyOn(stream, 'write').mockReturnValue(true);
  write();
  const text = spy.mock.calls.map(([chunk]) => String(chunk)).join('');
  spy.mockRestore();
  return text;
}

afterEach(() => jest.restoreAllMocks());

describe('a log entry', () => {
  it('is one readable line when it is inspected or turned into a string', () => {
    expect(String(slow())).toBe(LINE);
    expect(inspect(slow())).toBe(LINE);
    expect(inspect(slow(), { depth: null, colors: true, compact: false })).toBe(LINE);
    expect(format(slow())).toBe(LINE);
  });

  it('has its fields as own properties for everything that serialises, spreads or clones it', () => {
    const expected = { message: 'Slow query', ...fields };
    expect(JSON.parse(JSON.stringify(slow()))).toEqual(expected);
    expect({ ...slow() }).toStrictEqual(expected);
    expect(structuredClone(slow())).toEqual(expected);
    expect(inspect({ entry: slow() }, { compact: true })).toContain("operation: 'DB_SLOW_QUERY'");
  });

  it('shows what is unusual, and quotes values with spaces', () => {
    const unusual = {
      failed: true,
      data_source: 'reports',
      suppressed: 3,
      parameters: ['a b', '7'],
      context_user: 'x y',
    };
    expect(String(slow(unusual))).toBe(
      'Slow query (182.413 ms): SELECT * FROM orders WHERE id = $1 | fingerprint=5f1d3a0c9b7e2468 data_source=reports ' +
        'pool_wait_ms=1.204 failed=true rows=0 suppressed=3 parameters=["a b","7"] context_user="x y"',
    );
    expect(String(new LogEntry('Query timing: sink is on again.', { operation: 'DB_QUERY_TIMING' }))).toBe(
      'Query timing: sink is on again.',
    );
  });

  it('cannot begin another line or change the colours of a terminal', () => {
    const text = String(slow({ statement: 'SELECT "a\n\u001b[31m\u2028"', context_user: 'x\r\ny' }));
    expect(text).toContain('SELECT "a\\x0a\\x1b[31m\\x2028"');
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  });

  it("is one line of Nest's logger, and an object in its JSON", () => {
    const text = written(process.stdout, () => new Logger('QueryTiming').warn(slow()));
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain(LINE);
    const json = written(process.stdout, () => new ConsoleLogger({ json: true }).warn(slow()));
    expect(JSON.parse(json)).toMatchObject({ level: 'warn', message: { message: 'Slow query', ...fields } });
  });

  it('is one line of the console, and has its fields in the lines of pino', () => {
    const lines: string[] = [];
    pino({}, { write: (line: string) => void lines.push(line) }).warn(slow());
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 40, message: 'Slow query', ...fields });
  });
});

describe('the logger without Nest', () => {
  it('writes one JSON line per entry to the standard error, with level and time', () => {
    for (const level of ['warn', 'info', 'debug'] as const) {
      const line = written(process.stderr, () => consoleLogger[level](slow()));
      expect(line).toMatch(/\}\n$/);
      expect(JSON.parse(line)).toEqual({
        level,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        message: 'Slow query',
        ...fields,
      });
    }
  });
});

describe('a line about the library itself', () => {
  it('is information for a logger with info, or with the log of Nest', () => {
    const [info, log] = [jest.fn(), jest.fn()];
    inform({ warn: jest.fn(), info, ...{ log } }, 'Attached', { threshold_ms: 100 });
    inform({ warn: jest.fn(), ...{ log } }, 'Attached');
    inform({ warn: jest.fn() }, 'Attached');
    expect(info.mock.calls).toEqual([[{ message: 'Attached', operation: 'DB_QUERY_TIMING', threshold_ms: 100 }]]);
    expect(log.mock.calls).toEqual([[{ message: 'Attached', operation: 'DB_QUERY_TIMING' }]]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('sabotage');
      },
    ],
    ['rejects', () => Promise.reject(new Error('sabotage'))],
  ])('goes to the standard error if the logger %s', async (_, refuse) => {
    const spy = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    warn({ warn: refuse }, 'Query timing: sink is off.');
    await new Promise(setImmediate);
    expect(spy.mock.calls.map(([line]) => JSON.parse(String(line)) as object)).toEqual([
      expect.objectContaining({ level: 'warn', message: 'Query timing: sink is off.' }),
    ]);
    spy.mockImplementation(() => {
      throw new Error('sabotage');
    });
    expect(() => warn({ warn: refuse }, 'Query timing: sink is off.')).not.toThrow();
  });
});
