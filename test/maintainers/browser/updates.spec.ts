import {
  aFinding,
  anError,
  aPlan,
  aSlowOne,
  aSource,
  aStatement,
  firstMessage,
  nextMessage,
  NOW,
  pointsUntil,
} from '../../query-timing/page/support/page-messages';
import { cellsOf, focused, open, page, send, text } from './support/page-under-test';

const SECOND = 1_000;

describe('several DataSources', () => {
  const sources = () => [
    aSource({
      name: 'first',
      server: null,
      slow: [aSlowOne(1)],
      plans: [{ fingerprint: 'f1', plan: aPlan('reads all rows') }],
      errors: [anError(1)],
      statements: [aStatement('a')],
    }),
    aSource({
      name: 'second',
      server: null,
      slow: [aSlowOne(1, { statement: 'SELECT other' })],
      errors: [anError(1, { fingerprint: '', queryType: 'CONNECT', statement: 'no connection: full' })],
      statements: [aStatement('b')],
    }),
  ];

  it('have nothing of each other', async () => {
    await open(firstMessage({}, { sources: sources() }), '#tab=slow');
    expect(await page.locator('#table-slow .plan').allTextContents()).toEqual(['reads all rows']);
    await page.locator('#sources a:text-is("second")').click();
    expect(await cellsOf('slow', 3)).toEqual(['SELECT other']);
    expect(await page.locator('#table-slow .plan').count()).toBe(0);
    await page.locator('#tab-errors').click();
    expect(await page.locator('#table-errors a').count()).toBe(0);
    await page.locator('#sources a:text-is("first")').click();
    expect(await page.locator('#table-errors a').allTextContents()).toEqual(['SELECT bad_1 FROM teas']);
    expect(await page.locator('#sources [aria-current="true"]').allTextContents()).toEqual(['first']);
  });

  it('keep the focus on their links while figures arrive', async () => {
    await open(firstMessage({}, { sources: sources() }));
    await page.locator('#sources a:text-is("second")').focus();
    await send(nextMessage(NOW + SECOND, {}, { sources: sources() }));
    expect(await focused()).toBe('second');
  });

  it('open what is repeated where it is sent', async () => {
    await open(
      firstMessage({}, { sources: sources(), findings: [aFinding('b', { dataSource: 'second' })] }),
      '#tab=repeated',
    );
    await page.locator('#table-repeated a').click();
    expect(await text('#detail pre')).toBe('SELECT b FROM teas');
    expect(await page.locator('#sources [aria-current="true"]').allTextContents()).toEqual(['second']);
    await page.goBack();
    await page.locator('#table-repeated td:nth-child(3)').click();
    expect(await text('#detail pre')).toBe('SELECT b FROM teas');
  });
});

describe('while figures arrive', () => {
  const busier = (second: number, calls: Record<string, number>) =>
    nextMessage(NOW + second * SECOND, {
      statements: Object.entries(calls).map(([name, totalMs]) => aStatement(name, { totalMs })),
    });
  const first = () =>
    firstMessage({ statements: ['a', 'b', 'c'].map((name, i) => aStatement(name, { totalMs: 100 - i })) });

  it('the focus stays on its row, also if the row moves', async () => {
    await open(first());
    for (const key of ['j', 'j', 'j']) await page.keyboard.press(key);
    expect(await focused()).toBe('SELECT c FROM teas');
    await send(busier(1, { c: 500 }));
    expect(await cellsOf('statements', 1)).toEqual(['c', 'a', 'b'].map((name) => `SELECT ${name} FROM teas`));
    expect(await focused()).toBe('SELECT c FROM teas');
    await send(busier(2, { a: 600, b: 700 }));
    expect(await focused()).toBe('SELECT c FROM teas');
    await page.keyboard.press('k');
    expect(await focused()).toBe('SELECT a FROM teas');
  });

  it('a selected text stays, and its row does not move until it is no longer selected', async () => {
    await open(first());
    await page.evaluate(() => {
      getSelection()!.selectAllChildren(document.querySelector('#table-statements tbody a')!);
    });
    await send(busier(1, { c: 500, d: 900 }));
    expect(await cellsOf('statements', 1)).toEqual(['a', 'b', 'c', 'd'].map((name) => `SELECT ${name} FROM teas`));
    expect(await page.evaluate(() => getSelection()!.toString())).toBe('SELECT a FROM teas');
    await page.locator('#table-statements th button:text-is("calls")').dispatchEvent('click');
    await page.locator('#table-statements th button:text-is("total, s")').dispatchEvent('click');
    expect(await cellsOf('statements', 1)).toEqual(['d', 'c', 'a', 'b'].map((name) => `SELECT ${name} FROM teas`));
    await page.evaluate(() => getSelection()!.removeAllRanges());
    await send(busier(2, { c: 501 }));
    expect(await cellsOf('statements', 1)).toEqual(['d', 'c', 'a', 'b'].map((name) => `SELECT ${name} FROM teas`));
  });

  it('what is typed into the search stays there, also when a plan arrives for the open statement', async () => {
    await open(first(), '#statement=a');
    await page.locator('#search').pressSequentially('te');
    const plans = [{ fingerprint: 'a', plan: aPlan('reads all rows') }];
    await send(
      nextMessage(NOW + SECOND, { plans, statements: [aStatement('a', { scope: 'GET /teas', caller: 'a.ts:1:1' })] }),
    );
    await page.waitForSelector('#detail .basis');
    await page.keyboard.type('as');
    expect(await page.locator('#search').inputValue()).toBe('teas');
    expect(await page.locator('#detail .origin dd').allTextContents()).toEqual(['GET /teas', 'a.ts:1:1', 'a']);
    await send(
      nextMessage(NOW + 2 * SECOND, { statements: [aStatement('a', { scope: 'GET /teas', caller: 'b.ts:2:2' })] }),
    );
    expect(await page.locator('#detail .origin dd').allTextContents()).toEqual(['GET /teas', 'b.ts:2:2', 'a']);
  });

  it('the figures of the details follow, and what is selected in them stays', async () => {
    await open(first(), '#statement=a');
    await page.evaluate(() => getSelection()!.selectAllChildren(document.querySelector('#detail pre')!));
    await page.locator('#detail button:text-is("Copy link")').focus();
    await send(
      nextMessage(NOW + SECOND, {
        statements: [
          aStatement('a', { calls: 1_234_567, totalMs: 160, maxMs: 60, rows: 9, shape: '0090001', scope: 'GET /teas' }),
        ],
      }),
    );
    const figures = await page.locator('#detail .figures dd').allTextContents();
    expect([figures[0], figures[1], figures[6], figures[7], figures[8]]).toEqual([
      '1,234,567',
      '160 ms',
      '60.0 ms',
      '9',
      '60.0 ms per second',
    ]);
    expect(await text('#detail figcaption')).toBe('most from 0.06 ms to 0.1 ms, all below 2 ms');
    expect(await page.evaluate(() => getSelection()!.toString())).toBe('SELECT a FROM teas');
    expect(await focused()).toBe('Copy link');
  });

  it('the page does not grow', async () => {
    await open();
    const sizes: number[] = [];
    for (let message = 1; message <= 24; message++) {
      const now = NOW + message * SECOND;
      const ids = Array.from({ length: 30 }, (_, i) => 30 * message + i);
      const gone = ids.map((id) => `s${id - 300}`);
      const slow = ids.map((id) => aSlowOne(id));
      const errors = ids.map((id) => anError(id));
      const plans = ids.flatMap((id) => [`s${id}`, `f${id}`]).map((fingerprint) => ({ fingerprint, plan: aPlan('x') }));
      const statements = ids.map((id) => aStatement(`s${id}`));
      const findings = ids.map((id) => aFinding(`s${id}`));
      await send(
        nextMessage(now, { points: pointsUntil(now, 30), statements, gone, slow, errors, plans }, { findings }),
      );
      if (message % 12 === 0) sizes.push(await page.evaluate(() => document.querySelectorAll('*').length));
    }
    // A label more or less.
    expect(sizes.at(-1)).toBeLessThan(sizes.at(-2)! + 20);
    const counts = ['statements', 'repeated', 'slow', 'errors'].map((tab) => text(`#tab-${tab} b`));
    expect(await Promise.all(counts)).toEqual(['300', '50', '100', '100']);
  });
});
