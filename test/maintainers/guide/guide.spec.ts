import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { codeOf, readableSql } from '../../../maintainers/guide/case-code';
import { cases } from '../../../maintainers/guide/cases';
import { findCases, suggestionsFor } from '../../../maintainers/guide/find-cases';
import { guidePagePaths } from '../../../maintainers/guide/guide-pages';
import { measurementFile } from '../../../maintainers/guide/paths';
import { nodesOf, worthExplaining } from '../../../maintainers/guide/plans';
import { quantile } from '../../../maintainers/guide/service-view';

const guide = (...args: string[]) =>
  spawnSync(process.execPath, ['--require', 'tsx/cjs', 'maintainers/guide/main.ts', ...args], { encoding: 'utf8' });

describe('npm run guide', () => {
  it('lists the cases with their symptoms', () => {
    const { stdout, status } = guide('--list');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^keyset-pagination +page 1 is fast, page 1,000 is slow$/m);
  });

  it('runs a case and prints plans, statements, pages and metrics of each variant', () => {
    const { stdout, stderr, status } = guide('upsert', '--rows', '50');
    expect(stderr).toContain('1 of 1: upsert: find, then write');
    expect(stdout).toMatch(/^ +find, then write +upsert$/m);
    expect(stdout).toMatch(/^statements +101 +2$/m);
    expect(stdout).toMatch(/^`db_queries_total`, one run .*SELECT \+1, INSERT \+1$/m);
    expect(stdout).toMatch(/^ +Insert on stock \(actual/m);
    expect(status).toBe(0);
  });

  it('changes no file of the checkout without --write', () => {
    const before = checkout();
    const { stdout, status } = guide('hot-row');
    expect({ status, printed: stdout.includes('10 rows') }).toEqual({ status: 0, printed: true });
    expect(checkout()).toEqual(before);
  });

  it('does not record the figures of fewer rows', () => {
    const { stderr, status } = guide('upsert', '--rows', '50', '--write');
    expect({ stderr, status }).toEqual({ stderr: expect.stringContaining('leave out --rows'), status: 2 });
  });

  it('refuses an unknown case', () => {
    const { stderr, status } = guide('nonsense');
    expect(status).toBe(2);
    expect(stderr).toContain('There is no such case');
  });

  it('finds the cases about a word, with their pages', () => {
    const { stdout, status } = guide('--find', 'offset');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^OFFSET gets slower with every page$/m);
    expect(stdout).toContain('page:    docs/guides/query-optimization/keyset-pagination.md');
    expect(stdout).toContain('run:     npm run guide -- keyset-pagination');
  });

  it('suggests similar words if no case is about a word', () => {
    const { stdout, stderr, status } = guide('--find', 'ofset');
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toMatch(/^No case is about "ofset"\. Similar words: OFFSET[,.]/);
  });
});

/** The state of the checkout: what git sees, and the content of every file that --write writes. */
function checkout() {
  const written = [...guidePagePaths, ...cases.map(({ name }) => measurementFile(name))];
  return {
    git: execFileSync('git', ['status', '--porcelain', '--untracked-files=all', 'docs', 'maintainers'], {
      encoding: 'utf8',
    }),
    files: written.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex')),
  };
}

describe('a search', () => {
  const found = (word: string): string[] => findCases(cases, word).map(({ name }) => name);

  it.each([
    ['OFFSET', 'keyset-pagination'],
    ['count(*)', 'estimated-count'],
    ['COUNT( * )', 'capped-count'],
    ['In()', 'id-list'],
    ['not in', 'not-in-subquery'],
    ['save', 'bulk-insert'],
    ['lock', 'hot-row'],
    ['json', 'jsonb-containment'],
    ['n+1', 'n-plus-one'],
    ['hot-row', 'hot-row'],
  ])('for the keyword %s finds %s', (word, name) => {
    expect(found(word)).toContain(name);
  });

  it('finds a word of a title or within a keyword', () => {
    expect(found('spills')).toEqual(['sort-in-memory']);
    expect(found('composite')).toEqual(['index-column-order', 'skip-scan']);
  });

  it('prefers keywords to titles: IN does not find every title with "in"', () => {
    expect(found('IN')).toEqual(['id-list', 'or-same-table', 'not-in-subquery']);
  });

  it('finds nothing for an unknown word, and suggests keywords', () => {
    expect(found('pagnation')).toEqual([]);
    expect(suggestionsFor(cases, 'pagnation')[0]).toBe('pagination');
    expect(suggestionsFor(cases, 'xyzzy')).toEqual([]);
  });
});

it('reads the nodes of a plan in the order of EXPLAIN', () => {
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

it('explains each distinct statement of a loop once, and no transaction control', () => {
  const sent = ['START TRANSACTION', 'SELECT 1', 'SELECT 1', 'INSERT INTO t VALUES ($1)', 'COMMIT'];
  const explained = worthExplaining(sent.map((sql) => ({ sql, parameters: [] })));
  expect(explained.map(({ sql }) => sql)).toEqual(['SELECT 1', 'INSERT INTO t VALUES ($1)']);
});

it('computes a percentile within its bucket, like Prometheus', () => {
  const cumulative = new Map([
    [0.1, 50],
    [0.2, 100],
    [Infinity, 100],
  ]);
  expect(quantile(0.5, cumulative)).toBeCloseTo(0.1);
  expect(quantile(0.95, cumulative)).toBeCloseTo(0.19);
  expect(quantile(0.95, new Map())).toBe(0);
});

it('shows the code of a case as it is in its source', () => {
  expect(codeOf('n-plus-one', 0)).toMatch(/^const orders = await manager\.find\(OrderEntity, hundred\);\nfor \(/);
});

it('shows a generated statement with one clause per line and cuts long lists', () => {
  expect(readableSql('SELECT "o"."id" FROM "orders" "o" WHERE "o"."id" = $1 LIMIT 1')).toBe(
    'SELECT "o"."id"\nFROM "orders" "o"\nWHERE "o"."id" = $1\nLIMIT 1',
  );
  const list = Array.from({ length: 5_000 }, (_, index) => `$${index + 1}`).join(', ');
  const lines = readableSql(`SELECT 1 WHERE id IN (${list})`).split('\n');
  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toBe('  …');
});
