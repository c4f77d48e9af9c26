import { spawnSync } from 'node:child_process';
import { nodesOf, worthExplaining } from '../../../maintainers/guide/plans';
import { codeOf } from '../../../maintainers/guide/page';
import { quantile } from '../../../maintainers/guide/service-view';

const guide = (...args: string[]) =>
  spawnSync(process.execPath, ['--require', 'tsx/cjs', 'maintainers/guide/main.ts', ...args], { encoding: 'utf8' });

describe('npm run guide', () => {
  it('lists its cases, each with what one notices', () => {
    const { stdout, status } = guide('--list');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^keyset-pagination +page 1 is quick, page 1,000 is not$/m);
  });

  it('runs a case: its plans, statements, pages and metrics, each way', () => {
    const { stdout, stderr, status } = guide('upsert', '--rows', '50', '--no-write');
    expect(stderr).toContain('1 of 1: upsert: look, then write');
    expect(stdout).toMatch(/^ +look, then write +upsert$/m);
    expect(stdout).toMatch(/^statements +101 +2$/m);
    expect(stdout).toMatch(/^`db_queries_total`, one run .*SELECT \+1, INSERT \+1$/m);
    expect(stdout).toMatch(/^ +Insert on stock \(actual/m);
    expect(status).toBe(0);
  });

  it('refuses a case that there is not', () => {
    const { stderr, status } = guide('nonsense');
    expect(status).toBe(1);
    expect(stderr).toContain('There is no such case');
  });
});

it('a plan is read as its nodes, in the order of EXPLAIN', () => {
  const lines = [
    'Limit (actual time=0.018..0.076 rows=20.00 loops=1)',
    '  Buffers: shared hit=44',
    '  ->  Index Scan using orders_pkey on orders (actual time=0.016..0.072 rows=20.00 loops=1)',
    '        Index Cond: (id = 7)',
    '        ->  Seq Scan on customers (never executed)',
    'Planning:',
  ];
  expect(nodesOf(lines)).toEqual(['Limit', 'Index Scan using orders_pkey on orders', 'Seq Scan on customers']);
});

it('of a loop of statements, one of each kind is explained, and no transaction control', () => {
  const sent = ['START TRANSACTION', 'SELECT 1', 'SELECT 1', 'INSERT INTO t VALUES ($1)', 'COMMIT'];
  const explained = worthExplaining(sent.map((sql) => ({ sql, parameters: [] })));
  expect(explained.map(({ sql }) => sql)).toEqual(['SELECT 1', 'INSERT INTO t VALUES ($1)']);
});

it('a percentile is reckoned within its bucket, as Prometheus does', () => {
  const cumulative = new Map([
    [0.1, 50],
    [0.2, 100],
    [Infinity, 100],
  ]);
  expect(quantile(0.5, cumulative)).toBeCloseTo(0.1);
  expect(quantile(0.95, cumulative)).toBeCloseTo(0.19);
  expect(quantile(0.95, new Map())).toBe(0);
});

it('the code that the guide shows is that of the case', () => {
  expect(codeOf('n-plus-one', 0)).toMatch(/^const orders = await manager\.find\(OrderRecord, hundred\);\nfor \(/);
});
