import { RateLimit } from '../../../src/query-timing/sinks/rate-limit';

/** Passes a line of each kind; `-` for those that are held back. */
const passing = (limit: RateLimit, kinds: string, now: number) =>
  [...kinds].map((kind) => limit.pass(kind, now)?.suppressed ?? '-').join('');

describe('the rate limit', () => {
  it('starts again each minute and reports how many of each kind were suppressed', () => {
    const limit = new RateLimit(1, 1000);
    expect(passing(limit, 'aaab', 1000)).toBe('0---');
    expect(limit.pass('a', 61_000)).toEqual({ suppressed: 2 });
    expect(limit.pass('b', 121_000)).toEqual({ suppressed: 1 });
    expect(limit.pass('b', 181_000)).toEqual({ suppressed: 0 });
  });

  it('of 0 passes nothing', () => {
    expect(passing(new RateLimit(0, 1000), 'a', 0)).toBe('-');
    expect(passing(new RateLimit(1000, 0), 'a', 0)).toBe('-');
  });

  it('lets one kind use its own budget only, so that the others still pass', () => {
    const limit = new RateLimit(5, 2);
    expect(passing(limit, 'aaaaaabcbcb', 0)).toBe('00----000--');
    expect(passing(limit, 'abc', 60_000)).toBe('411');
  });

  it('counts lines that the logger refused as suppressed', () => {
    const limit = new RateLimit(3, 3);
    expect(passing(limit, 'aaaa', 0)).toBe('000-');
    limit.refused('a', limit.pass('a', 60_000)!);
    expect(limit.pass('a', 60_000)).toEqual({ suppressed: 2 });
  });

  it('keeps a bounded number of kinds, and reports what it held back of all others together', () => {
    const limit = new RateLimit(1, 1);
    limit.pass('first', 0);
    for (let i = 0; i < 10_000; i++) limit.pass(`kind ${i}`, 0);
    const { suppressed, passedByKind } = limit as unknown as Record<string, Map<string, number>>;
    expect(suppressed!.size).toBe(500);
    expect(limit.pass('kind 9999', 60_000)).toEqual({ suppressed: 0, suppressed_other: 9500 });
    expect(limit.pass('kind 0', 120_000)).toEqual({ suppressed: 1 });

    const wide = new RateLimit(1_000_000, 1);
    for (let i = 0; i < 10_000; i++) wide.pass(`kind ${i}`, 0);
    expect(passedByKind!.size).toBeLessThanOrEqual(500);
  });

  it('loses no count, whatever arrives', () => {
    const limit = new RateLimit(7, 2);
    let passed = 0;
    let reported = 0;
    const take = (kind: string, now: number) => {
      const line = limit.pass(kind, now);
      if (line === undefined) return;
      passed++;
      reported += line.suppressed + (line.suppressed_other ?? 0);
    };
    for (let i = 0; i < 50_000; i++) take(`kind ${(i * 7919) % 900}`, i * 50);
    const { suppressed, suppressedOther } = limit as unknown as {
      suppressed: Map<string, number>;
      suppressedOther: number;
    };
    const kept = [...suppressed.values()].reduce((sum, count) => sum + count, suppressedOther);
    expect(passed + reported + kept).toBe(50_000);
    expect(passed).toBeLessThanOrEqual(7 * 42);
  });
});
