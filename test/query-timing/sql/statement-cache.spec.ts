import { StatementCache } from '../../../src/query-timing/sql/statement-cache';

const text = (i: number, length: number) => `SELECT ${i} `.padEnd(length, String.fromCharCode(97 + (i % 26)));

describe('the cache of statements', () => {
  it('knows a statement again, and never takes one for another that shares its place', () => {
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

  it('keeps a bounded number of characters alive, whatever statements come', () => {
    const cache = new StatementCache<number>();
    const { texts } = cache as unknown as { texts: readonly (string | undefined)[] };
    for (let i = 0; i < 2000; i++) {
      cache.set(text(i, 10 + ((i * 7919) % 9000)), i);
      expect(texts.reduce((sum, kept) => sum + (kept?.length ?? 0), 0)).toBeLessThanOrEqual(32_768);
    }
  });

  it('does not keep what is longer than eight kilobytes', () => {
    const cache = new StatementCache<number>();
    cache.set(text(1, 8193), 1);
    expect(cache.get(text(1, 8193))).toBeUndefined();
  });
});
