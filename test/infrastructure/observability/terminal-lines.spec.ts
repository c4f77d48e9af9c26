import { terminalLine, toTerminal } from '../../../src/infrastructure/observability/terminal-lines';

const TIME = '2026-01-02T03:04:05.678Z';
const line = (fields: object, hasColors?: boolean): string =>
  terminalLine(`${JSON.stringify({ level: 'info', time: TIME, ...fields })}\n`, hasColors);
/** Without its time, which depends on where the test runs. */
const text = (fields: object): string => line(fields).slice('03:04:05.678 '.length);

describe('at a terminal', () => {
  it('each line begins with the local time and the level', () => {
    expect(line({ msg: 'started' })).toMatch(/^\d\d:\d\d:\d\d\.678 INFO  started$/);
    expect(text({ level: 'warn', msg: 'slow start' })).toBe('WARN  slow start');
  });

  it('a request is one line', () => {
    const request = { method: 'GET', path: '/api/v1/invoices', status: 200, duration_ms: 3.216 };
    const id = { requestId: '7c9e6679-7425-40de-944b-e07fc1f90ae7', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' };
    expect(text({ ...id, ...request, msg: 'request completed' })).toBe(
      'INFO  GET /api/v1/invoices 200 3.216 ms [7c9e6679]',
    );
    expect(text({ requestId: 'mine-1', ...request, status: 401, refusal: 'The token is malformed.' })).toBe(
      'INFO  GET /api/v1/invoices 401 3.216 ms refusal="The token is malformed." [mine-1]',
    );
  });

  it('a slow query is one line with its statement, which is cut, and with what is unusual', () => {
    const query = {
      level: 'warn',
      operation: 'DB_SLOW_QUERY',
      duration_ms: 153.2,
      threshold_ms: 100,
      query_type: 'SELECT',
      is_slow: true,
      statement: 'SELECT id\n  FROM invoices\n WHERE total > $1',
      fingerprint: 'a1',
      data_source: 'default',
      queue_ms: 0,
      pool_wait_ms: 12,
      failed: false,
      rows: 3,
      plan: 'Seq Scan on invoices',
      requestId: 'mine-1',
      msg: 'Slow query',
    };
    expect(text(query)).toBe(
      'WARN  Slow query 153.2 ms: SELECT id FROM invoices WHERE total > $1 ' +
        'pool_wait_ms=12 rows=3 plan="Seq Scan on invoices" [mine-1]',
    );
    expect(text({ ...query, statement: `SELECT ${'x'.repeat(1_000)}` })).toMatch(/: SELECT x{193}… pool_wait_ms/);
  });

  it('any other entry is its message and its fields', () => {
    expect(text({ msg: 'migrated', context: 'Migrate', applied: 3, names: ['a', 'b'] })).toBe(
      'INFO  migrated applied=3 names=["a","b"]',
    );
  });

  it('an error has its stack and its cause below', () => {
    const cause = { type: 'Error', message: 'refused', code: 'ECONNREFUSED' };
    const err = { type: 'QueryFailedError', message: 'no such table', stack: '    at a (b.ts:1:2)', cause };
    expect(text({ level: 'error', msg: 'request failed', err }).split('\n')).toEqual([
      'ERROR request failed',
      '    QueryFailedError: no such table',
      '    at a (b.ts:1:2)',
      '    Error: refused code="ECONNREFUSED"',
    ]);
  });

  it('no character of a value can break the line or colour the terminal', () => {
    const value = 'a\nb\u001b[31mc\u2028d';
    const lines = [
      text({ msg: value }),
      text({ msg: 'x', field: value }),
      text({ msg: 'x', method: 'GET', path: value, status: 1 }),
    ];
    for (const one of [...lines, text({ msg: 'x', requestId: value })])
      expect(one).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  });

  it('lines have colours where the terminal has', () => {
    expect(line({ level: 'error', msg: 'x' }, true)).toContain('\u001b[31mERROR\u001b[0m');
    expect(line({ level: 'error', msg: 'x' }, false)).not.toContain('\u001b');
    const written: string[] = [];
    const entry = `${JSON.stringify({ level: 'warn', time: TIME, msg: 'x' })}\n`;
    for (const terminal of [{ hasColors: () => true }, { hasColors: () => false }, {}])
      toTerminal({ write: (one) => void written.push(one) }, terminal as { hasColors(): boolean }).write(entry);
    expect(written.map((one) => one.includes('\u001b'))).toEqual([true, false, false]);
    for (const one of written) expect(one.endsWith('x\n')).toBe(true);
  });
});
