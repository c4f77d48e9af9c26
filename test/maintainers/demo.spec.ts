import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { commandLine } from '../../maintainers/demo/command-line';
import { compare, table } from '../../maintainers/demo/comparison';
import { requestsPerRound, spread, statementsPerRound } from '../../maintainers/demo/slow-requests';
import type { Snapshot } from '../../maintainers/demo/snapshot';
import { typeOf } from '../../maintainers/demo/statement-type';
import { mix, requestNames } from '../../tools/demo/mix';
import { countsBy, type StatementType } from '../../tools/demo/statement-counts';

const root = join(__dirname, '../..');

function demo(...args: string[]): { code: number | null; output: string; errors: string } {
  const command = ['--require', 'tsx/cjs', 'maintainers/demo/main.ts', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  return { code: status, output: stdout, errors: stderr };
}

describe('the command line of the demo', () => {
  it('explains its options', () => {
    const { code, output } = demo('--help');
    expect(code).toBe(0);
    for (const option of ['--queries', '--slow-ratio', '--url', '--database-url', '--token']) {
      expect(output).toContain(option);
    }
  });

  it('refuses a share that no mix of requests can reach, names the maximum and says why', () => {
    const { code, output, errors } = demo('--slow-ratio', '0.9');
    expect({ code, output }).toEqual({ code: 2, output: '' });
    const max = Math.floor((100 * requestsPerRound) / statementsPerRound) / 100;
    expect(errors).toContain(
      `The maximum is ${max}: ${requestsPerRound} requests run ${statementsPerRound} statements`,
    );
  });

  it.each([
    [['--queries', '0'], 'Expected a whole number from 1'],
    [['--queries', '1e3'], 'Expected a whole number from 1'],
    [['--slow-ratio', 'half'], 'Expected a number from 0 to 1'],
    [['--slow-ratio', '-0.1'], 'Expected a number from 0 to 1'],
    [['--url', 'localhost:3000'], 'Expected a URL that starts with http:// or https://'],
    [['--faults', 'slow'], '--faults slow has an effect only with --url'],
    [['--faults', 'earthquake', '--url', 'http://127.0.0.1:9'], 'Allowed choices are blocked, slow'],
    [['--token', 'abc'], '--token has an effect only with --url'],
    [['everything'], 'too many arguments'],
  ])('refuses %j', (args, why) => {
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const command = commandLine()
        .exitOverride()
        .action(() => undefined);
      expect(() => command.parse(['node', 'demo', ...args])).toThrow(why);
      expect(said.mock.calls.join('')).toContain(why);
    } finally {
      said.mockRestore();
    }
  });

  it.each([
    [2, ['--queries', '0'], 'Expected a whole number from 1'],
    [1, ['--url', 'http://127.0.0.1:9'], 'http://127.0.0.1:9/health/ready cannot be reached'],
  ])('exits with %d for %j, before anything starts', (exitCode, args, why) => {
    const { code, output, errors } = demo(...args);
    expect({ code, output }).toEqual({ code: exitCode, output: '' });
    expect(errors).toContain(why);
    expect(errors).not.toContain('Starting');
  });
});

describe('the type of a statement', () => {
  it.each<[string, StatementType]>([
    ['SELECT $1', 'SELECT'],
    ['\n  insert into t values ($1)', 'INSERT'],
    ['/* update */ DELETE FROM t', 'DELETE'],
    ['-- delete\nUPDATE t SET a = $1', 'UPDATE'],
    ['(SELECT $1) UNION (SELECT $2)', 'SELECT'],
    ['WITH a AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM a', 'INSERT'],
    ['WITH update AS (SELECT $1), "insert" AS (SELECT (1)) SELECT * FROM update', 'SELECT'],
    ['START TRANSACTION', 'BEGIN'],
    ['BEGIN ISOLATION LEVEL SERIALIZABLE', 'BEGIN'],
    ['COMMIT', 'COMMIT'],
    ['END', 'COMMIT'],
    ['ROLLBACK TO SAVEPOINT a', 'ROLLBACK'],
    ['VALUES ($1)', 'OTHER'],
    ['SET lock_timeout = 1', 'OTHER'],
    ['', 'OTHER'],
  ])('of %j is %s', (text, type) => {
    expect(typeOf(text)).toBe(type);
  });
});

describe('the slow requests of a round', () => {
  it.each(Array.from({ length: requestsPerRound + 1 }, (_, slow) => slow))('are as many as wanted: %d', (slow) => {
    const slowOf = spread(slow);
    expect([...slowOf.values()].reduce((sum, count) => sum + count, 0)).toBe(slow);
    for (const name of requestNames) {
      expect(slowOf.get(name)).toBeGreaterThanOrEqual(0);
      expect(slowOf.get(name)).toBeLessThanOrEqual(mix[name].requests);
    }
  });
});

describe('the comparison of the counts', () => {
  const none = countsBy(() => 0);
  const selects = (count: number) => countsBy((type) => (type === 'SELECT' ? count : 0));
  const snapshot = (server: number, service: number, failed = 0): Snapshot => ({
    server: { queries: selects(server), discarded: 0 },
    service: { queries: selects(service), slow: none, failed: selects(failed) },
  });

  it('looks at what was counted meanwhile, not at what had been counted before', () => {
    const { rows, queries } = compare(snapshot(5, 900), snapshot(15, 910));
    expect(rows.every(({ agrees }) => agrees)).toBe(true);
    expect(queries).toBe(10);
  });

  it.each([
    [11, 10],
    [10, 11],
  ])('marks a row where PostgreSQL has %d and the service %d', (server, service) => {
    const comparison = compare(snapshot(0, 0), snapshot(server, service));
    expect(table(comparison)).toMatch(/^SELECT .*<- they differ$/m);
    expect(table(comparison)).not.toMatch(/^INSERT .*differ/m);
  });

  it('shows statements that failed, which PostgreSQL does not count, and takes them off', () => {
    const comparison = compare(snapshot(0, 0), snapshot(10, 12, 2));
    expect(table(comparison)).not.toContain('differ');
    expect(table(comparison)).toMatch(/PostgreSQL +service +failed +slow/);
    expect(table(comparison)).toMatch(/^SELECT +10 +12 +2 +0$/m);
  });
});
