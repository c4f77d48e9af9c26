import { MAX_FINGERPRINT_INPUT } from '../../../src/query-timing/sql/fingerprint';
import { StatementCache } from '../../../src/query-timing/sql/statement-cache';
import { WorkBudget } from '../../../src/query-timing/sql/work-budget';

const LONG = `SELECT ${'a_column, '.repeat(300)}`;
const fresh = (text: string) => Buffer.from(text).toString();
const text = (i: number, length: number) => `SELECT ${i} `.padEnd(length, String.fromCharCode(97 + (i % 26)));

describe('the statement cache', () => {
  it('finds a statement again and does not confuse it with another in the same slot', () => {
    const cache = new StatementCache<number>();
    let known = 0;
    for (let i = 0; i < 5000; i++) {
      cache.set(text(i, 40), i);
      expect(cache.get(text(i, 40))).toBe(i);
      const earlier = cache.get(text(i >> 1, 40));
      if (earlier !== undefined) expect([earlier, known++]).toEqual([i >> 1, expect.any(Number)]);
    }
    expect(known).toBeGreaterThan(100);
  });

  it.each([
    [65_536, 65_536, 'x'],
    [8192, 8192, 'x'],
    [65_536, 32_768, 'я'],
  ])('of %d bytes keeps at most %d characters of statements with %s', (bytes, most, letter) => {
    const cache = new StatementCache<number>(bytes);
    const { texts } = cache as unknown as { texts: readonly (string | undefined)[] };
    for (let i = 0; i < 2000; i++) {
      cache.set(letter + text(i, 10 + ((i * 7919) % 8000)), i);
      expect(texts.reduce((sum, kept) => sum + (kept?.length ?? 0), 0)).toBeLessThanOrEqual(most);
    }
  });

  it.each([
    ['short', 'SELECT 1'],
    ['long', `${LONG}1`],
    ['longer than a fingerprint reads', `SELECT ${'a_column, '.repeat(2000)}1`],
  ])('finds a %s statement again, however its text was built', (_, sql) => {
    const cache = new StatementCache<number>();
    cache.set(sql, 1);
    expect(cache.get(fresh(sql))).toBe(1);
    for (let i = 0; i < 128; i++) expect(cache.get(fresh(sql))).toBe(1);
  });

  it.each([
    ['a short', 'SELECT a_column, another FROM t WHERE a_column = $1 AND another = $2'],
    ['a long', LONG],
  ])('does not confuse %s statement with one of the same length and the same sampled characters', (_, sql) => {
    const cache = new StatementCache<number>();
    const twin = sql.replace('a_column', 'b_column');
    cache.set(sql, 1);
    expect(cache.get(twin)).toBeUndefined();
    expect(cache.get(sql)).toBe(1);
    cache.set(twin, 2);
    for (let i = 0; i < 200; i++) {
      expect(cache.get(fresh(sql))).toBe(1);
      expect(cache.get(fresh(twin))).toBe(2);
    }
  });

  it('confuses a long statement with one that was seen very often, but fewer than 64 times, and then never again', () => {
    const cache = new StatementCache<number>();
    const twin = LONG.replace('a_column', 'b_column');
    cache.set(LONG, 1);
    for (let i = 0; i < 10_000; i++) cache.get(fresh(LONG));
    let confused = 0;
    while (cache.get(twin) === 1) confused++;
    expect(confused).toBeLessThan(64);
    cache.set(twin, 2);
    for (let i = 0; i < 1000; i++) {
      expect(cache.get(fresh(twin))).toBe(2);
      expect(cache.get(fresh(LONG))).toBe(1);
    }
  });

  it('keeps statements for a hundred tables apart, whose names differ in two digits', () => {
    const cache = new StatementCache<number>();
    const tables = Array.from({ length: 100 }, (_, i) => {
      return `SELECT a, b FROM item_${String(i).padStart(2, '0')} WHERE id = $1 ORDER BY created_at LIMIT 100`;
    });
    for (let round = 0; round < 3; round++) {
      for (const [i, sql] of tables.entries()) if (cache.get(sql) === undefined) cache.set(sql, i);
    }
    const kept = tables.filter((sql, i) => cache.get(fresh(sql)) === i);
    expect(kept.length).toBeGreaterThan(90);
  });

  it('keeps four statements with the same length and the same sampled characters', () => {
    const cache = new StatementCache<number>();
    const four = ['a', 'b', 'c', 'd'].map((letter) => LONG.replace('a_column', `${letter}_column`));
    four.forEach((sql, i) => cache.set(sql, i));
    expect(four.map((sql) => cache.get(sql))).toEqual([0, 1, 2, 3]);
  });

  it('distinguishes long statements that differ in what follows a list', () => {
    const cache = new StatementCache<number>();
    const list = 'x'.repeat(MAX_FINGERPRINT_INPUT + 1000);
    cache.set(`${list} AND a = 1 LIMIT 9`, 1);
    expect(cache.get(`${list} AND b = 1 LIMIT 9`)).toBeUndefined();
    expect(cache.get(`${list} AND a = 1 LIMIT 9`)).toBe(1);
  });

  it('treats long statements of one length that differ only in the middle as one', () => {
    const cache = new StatementCache<number>();
    const [start, end] = ['x'.repeat(MAX_FINGERPRINT_INPUT + 1000), 'y'.repeat(MAX_FINGERPRINT_INPUT)];
    cache.set(`${start}${'1'.repeat(9)}${end}`, 1);
    expect(cache.get(`${start}${'2'.repeat(9)}${end}`)).toBe(1);
  });

  it('evicts old statements one by one when the texts get too long, never the newest', () => {
    const cache = new StatementCache<number>();
    const texts = Array.from({ length: 40 }, (_, i) => `SELECT ${i} ${'x'.repeat(4000 + i)}`);
    texts.forEach((text, i) => {
      cache.set(text, i);
      expect(cache.get(text)).toBe(i);
    });
    const kept = texts.filter((text) => cache.get(text) !== undefined);
    expect(kept.length).toBeGreaterThanOrEqual(8);
    expect(kept.join('').length).toBeLessThanOrEqual(32_768);
  });

  it('is empty after it is cleared', () => {
    const cache = new StatementCache<number>();
    cache.set('SELECT 1', 1);
    cache.clear();
    expect(cache.get('SELECT 1')).toBeUndefined();
  });
});

describe('the budget for unknown statements', () => {
  const taken = (budget: WorkBudget, now: number, length: number) => {
    let count = 0;
    while (budget.take(now, length)) count++;
    return count;
  };

  it('allows a burst of a thousand short ones, and then five hundred per second', () => {
    const budget = new WorkBudget();
    expect(taken(budget, 0, 100)).toBe(1000);
    expect(taken(budget, 500, 100)).toBe(250);
  });

  it('allows fewer long ones', () => {
    expect(taken(new WorkBudget(), 0, 8192)).toBe(58);
    expect(taken(new WorkBudget(), 0, 100_000)).toBe(5);
    expect(taken(new WorkBudget(), 0, 1_000_000)).toBe(1);
  });
});
