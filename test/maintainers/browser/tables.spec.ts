import {
  aFinding,
  anError,
  aSlowOne,
  aStatement,
  aSummary,
  firstMessage,
  nextMessage,
  NOW,
} from '../../query-timing/page/support/page-messages';
import { cellsOf, figuresOf, focused, open, page, send, text, tile } from './support/page-under-test';

const SECOND = 1_000;

describe('many statements', () => {
  const many = Array.from({ length: 500 }, (_, i) =>
    aStatement(`s${i}`, { totalMs: 1000 - i, scope: i === 444 ? 'GET /rare' : 'GET /teas' }),
  );

  it('are a hundred rows, of which the search finds all', async () => {
    await open(firstMessage({ statements: many }));
    expect([await page.locator('#table-statements tbody tr').count(), await text('#tab-statements b')]).toEqual([
      100,
      '500',
    ]);
    expect(await text('.note')).toBe('400 more: search, or sort otherwise');
    await page.keyboard.press('/');
    await page.keyboard.type('RARE  get');
    await page.waitForSelector('.note:empty', { state: 'attached' });
    expect(await cellsOf('statements', 1)).toEqual(['SELECT s444 FROM teas']);
    expect(await text('#tab-statements b')).toBe('500');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('SELECT s444 FROM teas');
    expect(page.url()).toContain('search=RARE');
    await page.reload();
    await page.waitForSelector('#table-statements tbody tr');
    expect(await page.locator('#search').inputValue()).toBe('RARE  get');
    await page.evaluate(() => (location.hash = '#search=s12'));
    await page.waitForSelector('#table-statements a:text-is("SELECT s12 FROM teas")');
    expect(await page.locator('#search').inputValue()).toBe('s12');
    await page.locator('#search').fill('nothing like it');
    await page.waitForSelector('.note:text-is("Nothing matches the search.")');
  });
});

describe('a table', () => {
  const statements = [
    aStatement('b', { calls: 2, totalMs: 20, maxMs: 19, p95: 18, rows: 2, lastSeen: NOW - 2_000 }),
    aStatement('a', { calls: 30, totalMs: 31, maxMs: 5, p95: 4, rows: 300, lastSeen: NOW - 1_000 }),
    aStatement('c', { calls: 1, totalMs: 9, maxMs: 9, p95: 9, rows: 5, lastSeen: NOW }),
  ];

  it.each([
    ['Statement, and who sends it', 'abc', 'cba'],
    ['calls', 'abc', 'cba'],
    ['total, s', 'abc', 'cba'],
    ['mean, ms', 'bca', 'acb'],
    ['p95, ms', 'bca', 'acb'],
    ['max, ms', 'bca', 'acb'],
    ['rows/call', 'acb', 'bca'],
    ['last', 'cab', 'bac'],
  ])('is sorted by %s, one way and the other', async (label, once, twice) => {
    await open(firstMessage({ statements }), '#tab=statements&sort=-spread');
    const button = page.locator(`#table-statements th button:text-is("${label}")`);
    const order = async () => (await cellsOf('statements', 1)).map((one) => one[7]).join('');
    await button.click();
    expect(await order()).toBe(once);
    const isNumber = label !== 'Statement, and who sends it';
    expect(await button.locator('..').getAttribute('aria-sort')).toBe(isNumber ? 'descending' : 'ascending');
    await button.click();
    expect(await order()).toBe(twice);
  });

  it('has the figures of each statement', async () => {
    await open(firstMessage({ statements }));
    await send(
      nextMessage(NOW + SECOND, {
        statements: [aStatement('a', { calls: 31, totalMs: 91, maxMs: 60, p95: 5, rows: 310 })],
      }),
    );
    const cells = await page.locator('#table-statements tbody tr').first().locator('td').allTextContents();
    expect(cells.slice(1, 7)).toEqual(['60.0', '31', '0.091', '2.94', '5.00', '60.0']);
    expect(cells.slice(8)).toEqual(['10.0', '12:00:00']);
    const bar = page.locator('#table-statements tbody tr').first().locator('td.bar');
    expect(await bar.evaluate((td) => td.style.getPropertyValue('--share'))).toBe('1');
    expect(await page.locator('#table-statements canvas').first().getAttribute('title')).toBe(
      'most from 0.1 ms to 0.2 ms, all below 0.2 ms',
    );
  });

  it('has a bar for the load of each statement, next to the highest one', async () => {
    await open(firstMessage({ statements }));
    const later = [aStatement('a', { totalMs: 61 }), aStatement('c', { totalMs: 24 })];
    await send(nextMessage(NOW + SECOND, { statements: later }));
    const shares = await page
      .locator('#table-statements td.bar')
      .evaluateAll((all) => (all as HTMLElement[]).map((td) => td.style.getPropertyValue('--share')));
    expect(shares).toEqual(['1', '0.5', '0']);
  });

  it('has the whole statement as a title, and its type if its text does not begin with it', async () => {
    const cte = 'WITH x AS (SELECT 1) DELETE FROM teas';
    await open(
      firstMessage({ statements: [aStatement('a', { statement: cte, queryType: 'DELETE', scope: 'GET /teas' })] }),
    );
    expect(await page.locator('#table-statements a').getAttribute('title')).toBe(cte);
    expect(await text('#table-statements small')).toBe('DELETE · GET /teas');
    await send(nextMessage(NOW + SECOND, { statements: [aStatement('b', { caller: 'a.ts:1:1' })] }));
    expect(await page.locator('#table-statements small').allInnerTexts()).toContain('a.ts:1:1');
  });

  it('keeps what is rare in a flood of one error', async () => {
    await open(firstMessage({ errors: [anError(1)] }), '#tab=errors');
    const flood = Array.from({ length: 300 }, (_, i) => anError(i + 2, { statement: 'no connection: refused' }));
    await send(nextMessage(NOW + SECOND, { errors: flood }));
    expect(await text('#tab-errors b')).toBe('100');
    expect((await cellsOf('errors', 4)).at(-1)).toBe('SELECT bad_1 FROM teas');
  });

  it('opens no details of what has none, such as a slow COMMIT', async () => {
    const commit = { fingerprint: '', statement: 'COMMIT', queryType: 'COMMIT' };
    await open(firstMessage({ slow: [aSlowOne(1, commit)], errors: [anError(1, commit)] }));
    for (const tab of ['slow', 'errors']) {
      await page.locator(`#tab-${tab}`).click();
      await page.locator(`#table-${tab} tbody td`).first().click();
      expect([await page.locator(`#table-${tab} a`).count(), await page.locator('#detail').isHidden()]).toEqual([
        0,
        true,
      ]);
    }
  });

  it('has units of work with their budgets, without those that send nothing', async () => {
    const unit = (name: string, more: object) => ({
      name,
      handler: 'Teas.list',
      units: 1_000,
      statements: 26_000,
      maxStatements: 30,
      ms: 5_000,
      maxMs: 70,
      elapsedMs: 9_000,
      poolMs: 1_000,
      rows: 1,
      errors: 0,
      repeated: 1_200,
      exceeded: 0,
      lastSeen: NOW,
      ...more,
    });
    const units = [
      unit('GET /a', { budget: { statements: 20, ms: 50 }, exceeded: 3 }),
      unit('GET /b', { budget: { statements: 40 } }),
      unit('GET /c', {}),
      unit('GET /health', { statements: 0 }),
    ];
    await open(firstMessage({}, { units }), '#tab=units&sort=name');
    const rows = await page
      .locator('#table-units tbody tr')
      .evaluateAll((all) => all.map((tr) => [...tr.children].map((td) => (td.firstElementChild ?? td).textContent)));
    const figures = ['1,000', '26.0', '30', '5.00', '70.0', '9.00', '1.00', '0', '1,200'];
    expect(rows).toEqual([
      ['GET /a', ...figures, '3 of 1,000'],
      ['GET /b', ...figures, '0 of 1,000'],
      ['GET /c', ...figures, 'no budget'],
    ]);
    const last = page.locator('#table-units tbody td:last-child');
    expect(await last.evaluateAll((all) => all.map((td) => (td as HTMLElement).title))).toEqual([
      'statements ≤ 20, ms ≤ 50',
      'statements ≤ 40',
      '',
    ]);
    expect(
      await last.locator('.badge').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.level)),
    ).toEqual(['bad', 'well', 'quiet']);
  });

  it('has what is repeated in words without marks, and where', async () => {
    const row = {
      hint: 'use `relations`',
      relation: 'Tea.leaves',
      caller: 'a.ts:1:1',
      units: 2,
      ms: 30,
      maxCount: 1_025,
    };
    await open(firstMessage({}, { findings: [aFinding('a', row)] }), '#tab=repeated');
    const cells = page.locator('#table-repeated tbody td');
    expect(await cells.allInnerTexts()).toEqual([
      'use relations\nGET /teas · a.ts:1:1',
      'Tea.leaves',
      '1,025',
      '2',
      '15.0',
      '12:00:00',
    ]);
  });

  it('falls back to its usual order for a column that it has not', async () => {
    await open(firstMessage({ statements }), '#tab=statements&sort=-nowhere');
    expect(await page.locator('#table-statements th[aria-sort="descending"]').innerText()).toMatch(/^total/);
  });

  it('forgets what has lost its row, and what a reset has taken', async () => {
    await open(firstMessage({ statements, summary: aSummary({ totalQueries: 33 }) }));
    await send(
      nextMessage(NOW + SECOND, {
        gone: ['a', 'b'],
        summary: aSummary({ totalQueries: 1 }),
        statements: [aStatement('c', { totalMs: 4 })],
      }),
    );
    expect(await cellsOf('statements', 1)).toEqual(['SELECT c FROM teas']);
    expect(await figuresOf('statements', 2)).toEqual(['4.00']);
    expect((await tile('Statements'))[0]).toBe('1');
  });

  it('says that it is empty', async () => {
    await open();
    const notes: string[] = [];
    for (const key of '123456') {
      await page.keyboard.press(key);
      notes.push((await page.locator('#panel .note').textContent()) ?? '');
    }
    expect(notes).toEqual([
      'No statements yet.',
      'No units of work yet. They are counted with the option scopes.',
      'Nothing is repeated.',
      'Nothing was slow.',
      'No errors.',
      '',
    ]);
    expect(await tile('Transactions')).toEqual(['–', 'none in the last minute']);
  });
});
