import {
  aFinding,
  anError,
  aPlan,
  aSlowOne,
  aStatement,
  firstMessage,
  nextMessage,
  NOW,
} from '../../query-timing/page/support/page-messages';
import { focused, open, page, send, text } from './support/page-under-test';

const SECOND = 1_000;
const DAY = 24 * 3_600_000;

describe('a text', () => {
  const isCut = async () =>
    (await page.evaluate(() => document.documentElement.scrollWidth)) > (page.viewportSize()?.width ?? 0);

  it('of 2,000 characters without a space is one line of the table, and whole in the details', async () => {
    const statement = `SELECT ${'x'.repeat(1_990)}`;
    await open(firstMessage({ statements: [aStatement('a', { statement })] }));
    const row = page.locator('#table-statements tbody tr');
    expect((await row.boundingBox())!.height).toBeLessThan(60);
    await row.locator('a').click();
    expect(await page.locator('#detail pre').textContent()).toBe(statement);
    expect(await page.locator('#detail pre').evaluate((pre) => pre.scrollWidth <= pre.clientWidth)).toBe(true);
    expect(await isCut()).toBe(false);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await isCut()).toBe(false);
  });

  it('from right to left changes the order of no other text', async () => {
    const statement = 'SELECT "שלום" AS \u202E"abc" FROM teas WHERE a = $1';
    await open(
      firstMessage({ statements: [aStatement('a', { statement, scope: 'GET /שלום', caller: 'a.ts:1:2' })] }),
      '#statement=a',
    );
    const link = page.locator('#table-statements a');
    for (const shown of [link, page.locator('#detail pre'), page.locator('#table-statements small')]) {
      const { direction, align } = await shown.evaluate((node) => {
        const style = getComputedStyle(node);
        return { direction: style.direction, align: style.textAlign };
      });
      expect([direction, align]).toEqual(['ltr', expect.stringMatching(/start|left/)]);
    }
    expect(await page.locator('#detail pre').textContent()).toBe(statement);
  });

  it('is no markup, in each place where the page has one', async () => {
    const evil = '<img src=x onerror="document.title=1">';
    const row = { statement: evil, scope: evil, caller: evil, requestId: evil, queryType: evil, fingerprint: 'e' };
    const plan = {
      ...aPlan(evil),
      basis: evil,
      nodes: [{ depth: 0, operation: evil, table: evil, index: evil, rows: 1, cost: 1, conditions: [evil] }],
      findings: [{ kind: 'sort' as const, message: evil, hint: evil, index: evil, verified: undefined }],
    };
    const figures = {
      calls: 1,
      meanMs: 1,
      share: 1,
      rows: 1,
      rowsExamined: 1,
      blocksHit: 1,
      blocksRead: 1,
      planningMs: 1,
      walBytes: 1,
    };
    const unit = {
      name: evil,
      handler: evil,
      units: 1,
      statements: 1,
      maxStatements: 1,
      ms: 1,
      maxMs: 1,
      elapsedMs: 1,
      poolMs: 1,
      rows: 1,
      errors: 1,
      repeated: 1,
      exceeded: 1,
      budget: { statements: 1 },
      lastSeen: NOW,
    };
    await open(
      firstMessage(
        {
          name: evil,
          driver: evil,
          statements: [aStatement('e', row)],
          slow: [aSlowOne(1, row)],
          errors: [anError(1, { ...row, errorClass: evil, sqlState: evil, constraint: evil })],
          plans: [{ fingerprint: 'e', plan }],
          server: {
            source: 'pg_stat_statements',
            since: evil,
            time: NOW,
            notes: [evil],
            statements: [
              { fingerprint: 'e', statement: evil, server: figures },
              { fingerprint: '', statement: evil, server: figures },
            ],
          },
        },
        {
          units: [unit],
          findings: [aFinding('e', { ...row, hint: evil, scope: evil, relation: evil, handler: evil })],
        },
      ),
      '#statement=e',
    );
    for (const key of '1234567') {
      await page.keyboard.press(key);
      expect([key, await page.locator('#panel').textContent()]).toEqual([
        key,
        key === '6' ? expect.anything() : expect.stringContaining(evil),
      ]);
      expect(await page.locator('img').count()).toBe(0);
    }
    expect(await page.title()).toBe('Query timing');
  });
});

describe('the details', () => {
  const statements = [aStatement('a'), aStatement('b')];

  it('are closed by the key, the button and the back of the browser, and the focus returns', async () => {
    await open(firstMessage({ statements }));
    for (const close of [
      () => page.keyboard.press('Escape'),
      () => page.locator('#detail button[aria-label="Close"]').click(),
      () => page.goBack(),
    ]) {
      await page.locator('#table-statements a').nth(1).focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('#detail:not([hidden]) pre');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Close');
      await close();
      await page.waitForSelector('#detail', { state: 'hidden' });
      expect(await focused()).toBe('SELECT b FROM teas');
    }
  });

  it('open by a click anywhere on the row, unless a text is selected', async () => {
    await open(firstMessage({ statements }));
    const cell = page.locator('#table-statements tbody tr').first().locator('td:nth-child(3)');
    await cell.dblclick();
    await page.keyboard.press('Escape');
    await page.evaluate(() =>
      getSelection()!.selectAllChildren(document.querySelector('#table-statements tbody td:nth-child(3)')!),
    );
    await page.locator('#table-statements tbody tr').first().dispatchEvent('click');
    expect(await page.locator('#detail').isHidden()).toBe(true);
    await page.evaluate(() => getSelection()!.removeAllRanges());
    await page
      .locator('#table-statements a')
      .first()
      .click({ modifiers: ['Control'] });
    expect(await page.locator('#detail').isHidden()).toBe(true);
    await cell.click();
    expect(await text('#detail pre')).toBe('SELECT a FROM teas');
  });

  it('of a statement that is not known say so, until it is', async () => {
    await open(firstMessage(), '#statement=zz');
    expect(await text('#detail')).toContain('The statement zz is not among the 500 that are kept');
    await send(nextMessage(NOW + SECOND, { statements: [aStatement('zz')] }));
    expect(await text('#detail pre')).toBe('SELECT zz FROM teas');
  });

  it('copy the statement, an EXPLAIN and a link', async () => {
    await open(
      firstMessage({ statements: [aStatement('a', { statement: 'SELECT a FROM teas WHERE a = ?' })] }),
      '#tab=statements&statement=a',
    );
    const copied: string[] = [];
    for (const name of ['Copy statement', 'Copy as EXPLAIN', 'Copy link']) {
      await page.getByRole('button', { name }).click();
      await page.waitForSelector('#detail button:text-is("Copied")');
      copied.push(await page.evaluate(() => navigator.clipboard.readText()));
      await page.waitForSelector(`#detail button:text-is("${name}")`);
    }
    expect(copied).toEqual([
      'SELECT a FROM teas WHERE a = ?',
      expect.stringContaining('PREPARE query_timing AS SELECT a FROM teas WHERE a = $1;'),
      page.url(),
    ]);
  });

  it('copy also where the browser has no clipboard for the page', async () => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await open(firstMessage({ statements }), '#statement=a');
    await page.getByRole('button', { name: 'Copy statement' }).click();
    await page.waitForSelector('#detail button:text-is("Copied")');
    await page.keyboard.press('/');
    await page.keyboard.press('Control+V');
    expect(await page.locator('#search').inputValue()).toBe('SELECT a FROM teas');
    expect(await page.locator('textarea').count()).toBe(0);
  });

  it('have no EXPLAIN for a statement that is cut', async () => {
    await open(firstMessage({ statements: [aStatement('a', { statement: 'SELECT a, …' })] }), '#statement=a');
    expect(await page.getByRole('button', { name: 'Copy as EXPLAIN' }).isDisabled()).toBe(true);
  });

  it('have the figures of the server, if they say something about this process', async () => {
    const figures = {
      calls: 1_500_000,
      meanMs: 3,
      share: 0.5,
      rows: 3_000_000,
      rowsExamined: undefined,
      blocksHit: 1,
      blocksRead: 0,
      planningMs: undefined,
      walBytes: 0,
    };
    const own = { calls: 1, meanMs: 2, share: 0.25, poolMs: 4, queuedMs: 5 };
    const server = {
      source: 'pg_stat_statements' as const,
      since: '2026-01-30T10:00:00.000Z',
      time: NOW - DAY,
      notes: ['A note.'],
      statements: [
        { fingerprint: 'a', statement: 'SELECT a FROM teas', ...own, outsideMs: -1, server: figures },
        { fingerprint: 'b', statement: 'SELECT b FROM teas', ...own, outsideMs: 0.5, server: figures },
        { fingerprint: 'c', statement: 'SELECT c FROM teas', ...own },
        { fingerprint: '', statement: 'SELECT d FROM teas', server: { ...figures, share: 0.1 } },
      ],
    };
    await open(firstMessage({ statements, server }), '#tab=server&statement=b');
    const shown = await page.locator('#detail .figures div').allTextContents();
    expect(shown.slice(-4)).toEqual(['calls there1,500,000', 'mean there3.00 ms', 'outside0.50 ms', 'pool4.00 ms']);
    const rows = await page
      .locator('#table-server tbody tr')
      .evaluateAll((all) => all.map((tr) => [...tr.children].slice(1).map((td) => td.textContent)));
    expect(rows).toEqual([
      ['1', '1,500,000', '2.00', '3.00', '–', '4.00', '5.00', '25.0 %', '50.0 %', '2.00', '<0.001', '0', '–'],
      ['1', '1,500,000', '2.00', '3.00', '0.50', '4.00', '5.00', '25.0 %', '50.0 %', '2.00', '<0.001', '0', '–'],
      ['–', '1,500,000', '–', '3.00', '–', '–', '–', '–', '10.0 %', '2.00', '<0.001', '0', '–'],
      ['1', '–', '2.00', '–', '–', '4.00', '5.00', '25.0 %', '–', '–', '–', '–', '–'],
    ]);
    expect(await page.locator('#table-server a').count()).toBe(3);
    expect(await page.locator('.notes li').allTextContents()).toEqual([
      'From pg_stat_statements, read at 30 Jan 12:00:00; it counts since 2026-01-30 10:00:00 UTC.',
      'A note.',
    ]);
  });
});
