import { aSummary, firstMessage, NOW, pointsUntil } from '../../query-timing/page/support/page-messages';
import { open, page, partOfCurve, tile } from './support/page-under-test';

const SECOND = 1_000;

describe('the tiles and curves', () => {
  it('have large numbers in full', async () => {
    const summary = aSummary({
      totalQueries: 1_234_567_890,
      slowQueries: 98_765_432,
      slowPercentage: 7.9,
      errors: 12_345_678,
      timeouts: 1_234_567,
      connectionFailures: 7_654_321,
      totalDurationMs: 9_876_543_210_000,
      averageDurationMs: 1_234_567,
      transactionControl: { total: 987_654_321, totalDurationMs: 1, averageDurationMs: 1 },
      percentiles: { p50Ms: 999.7, p95Ms: 59_000, p99Ms: 7_300_000 },
      otherStatements: { total: 12_345_678, totalDurationMs: 60_000, averageDurationMs: 1 },
    });
    const points = pointsUntil(NOW, 60, {
      statements: 1_234_567,
      p50: 100_000,
      p95: 400_000,
      p99: 500_000,
      active: 1_000,
      max: 2_000,
      commits: 1_234_567,
      rollbacks: 1_000_000,
      transactionMs: 4,
      idleMs: 1,
      pending: 12,
    });
    const pools = [
      { role: 'primary', active: 1_000, idle: 0, pending: 12, max: 2_000 },
      { role: 'replica', active: 1, idle: 0, pending: 0, max: null },
    ];
    await open(firstMessage({ summary, points, pools }));
    expect(await tile('Statements')).toEqual(['1,234,567,890', '1,234,567/s · 987,654,321 BEGIN, COMMIT']);
    expect(await tile('Median')).toEqual(['1.00 s', 'mean 20.6 min']);
    expect(await tile('p95')).toEqual(['59.0 s', 'p99 2.0 h']);
    expect(await tile('In the database')).toEqual(['2,743,484.2 h', '12,345,678 calls (60.0 s) not listed']);
    expect(await tile('Slow')).toEqual(['98,765,432', '7.90 % of data statements']);
    expect(await tile('Errors')).toEqual(['12,345,678', '1,234,567 by timeout · 7,654,321 of connections']);
    expect(await tile('Pool')).toEqual(['1,000/2,000 + 1/∞', '12 waiting · none acquired in the last minute']);
    expect(await tile('Transactions')).toEqual(['2,234,567/s', '<0.001 ms each, 25.0 % idle · 60,000,000 rolled back']);
    for (const width of [1440, 1120, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page
        .locator('.tile dd')
        .evaluateAll((all) => all.filter((dd) => dd.scrollWidth > dd.clientWidth + 1).map((dd) => dd.textContent));
      expect([width, cut]).toEqual([width, []]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  });

  it('are those of the last minute, and the legend those of the last second', async () => {
    const old = pointsUntil(NOW - 61 * SECOND, 10, { commits: 100, acquired: 1, waitMs: 1_000 });
    const points = [
      ...old,
      ...pointsUntil(NOW, 60, {
        commits: 3,
        rollbacks: 1,
        transactionMs: 40,
        idleMs: 10,
        acquired: 2,
        waitMs: 3,
        p50: 1,
        p95: 2,
        p99: 3,
        errors: 1,
        statements: 8,
        active: 2,
        max: 5,
      }),
    ];
    await open(firstMessage({ points }));
    expect(await tile('Transactions')).toEqual(['4.00/s', '10.0 ms each, 25.0 % idle · 60 rolled back']);
    expect((await tile('Pool'))[1]).toBe('0 waiting · 1.50 ms to get one');
    expect((await tile('Statements'))[1]).toMatch(/^8\/s/);
    const legends = await page
      .locator('.chart')
      .evaluateAll((charts) => charts.map((chart) => [...chart.querySelectorAll('b')].map((b) => b.textContent)));
    expect(legends).toEqual([
      ['8', '1'],
      ['3.00', '2.00', '1.00'],
      ['2', '–', '5'],
      ['3', '1'],
    ]);
    expect(await page.locator('.plot').first().getAttribute('aria-label')).toBe(
      'Statements in the last five minutes: statements 8, errors 1',
    );
  });

  it('draw no line over seconds in which no one watched', async () => {
    const points = [
      ...pointsUntil(NOW - 100 * SECOND, 30, { statements: 9 }),
      ...pointsUntil(NOW, 20, { statements: 9 }),
    ];
    await open(firstMessage({ points }));
    // From left to right: thirty seconds with points, eighty without, and twenty with.
    const [watched, gap] = [await partOfCurve(0.1, 0), await partOfCurve(0.5, 0)];
    expect(gap.equals(watched)).toBe(false);
    expect(gap.equals(await partOfCurve(0.6, 0))).toBe(true);
  });
});
