import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { count, duration, figure, percent } from '../../../src/query-timing/page/client/format';
import type { QueryStatsSummary } from '../../../src/query-timing/core';
import { launchChromium } from './support/browser';
import { WatchedLibrary } from './support/watched-library';

let browser: Browser;
let library: WatchedLibrary;
let context: BrowserContext;
let page: Page;
/** What the browser complained about: errors of the script, and what the policy refused. */
const complaints: string[] = [];
const requests: string[] = [];

beforeAll(async () => {
  [browser, library] = await Promise.all([
    launchChromium({ log: (line) => console.error(line) }),
    WatchedLibrary.open(),
  ]);
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = await context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(library.url);
  await library.quiet(20);
  await library.slow();
  await library.broken();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await library?.close();
});

/** The texts of the tiles, by their label. */
const tiles = () =>
  page
    .locator('.tile')
    .evaluateAll((all) =>
      Object.fromEntries(
        all.map((tile) => [
          tile.querySelector('dt')!.textContent,
          [...tile.querySelectorAll('dd')].map((dd) => dd.textContent),
        ]),
      ),
    ) as Promise<Record<string, [string, string]>>;

/** Waits until the page has the last figures. */
async function upToDate(): Promise<QueryStatsSummary> {
  const summary = library.timing.getSummary();
  const { totalQueries, connectionFailures } = summary;
  await page.waitForFunction(
    ([total, failures]) => {
      const text = document.querySelector('#tiles')?.textContent ?? '';
      return text.startsWith(`Statements${total}`) && text.includes(`${failures} of connections`);
    },
    [count(totalQueries), count(connectionFailures)],
  );
  return summary;
}

const shownRows = (tab: string): Promise<string[][]> =>
  page
    .locator(`#table-${tab} tbody tr`)
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => (cell.firstElementChild ?? cell).textContent)),
    );

async function rowsOf(tab: string): Promise<string[][]> {
  await page.locator(`#tab-${tab}`).click();
  await page.waitForSelector(`#table-${tab} tbody tr`);
  return shownRows(tab);
}

describe('the numbers on the page', () => {
  it('of the tiles equal those of getSummary()', async () => {
    const summary = await upToDate();
    expect(await tiles()).toMatchObject({
      Statements: [
        count(summary.totalQueries),
        expect.stringMatching(`${count(summary.transactionControl.total)} BEGIN`),
      ],
      Median: [duration(summary.percentiles.p50Ms), `mean ${duration(summary.averageDurationMs)}`],
      p95: [duration(summary.percentiles.p95Ms), `p99 ${duration(summary.percentiles.p99Ms)}`],
      'In the database': [duration(summary.totalDurationMs), 'all statements are listed'],
      Slow: [count(summary.slowQueries), `${percent(summary.slowPercentage)} of data statements`],
      Errors: [
        count(summary.errors),
        `${count(summary.timeouts)} by timeout · ${count(summary.connectionFailures)} of connections`,
      ],
    });
    expect([summary.errors, summary.timeouts]).toEqual([3, 1]);
    expect(summary.connectionFailures).toBeGreaterThan(0);
  });

  it.each(['total', 'calls', 'max'] as const)('of the first ten statements by %s do too', async (sortBy) => {
    await upToDate();
    await page.evaluate((sort) => (location.hash = `#tab=statements&sort=-${sort}`), sortBy);
    await page.waitForSelector(`#table-statements th[aria-sort="descending"]:has-text("${sortBy}")`);
    const rows = await shownRows('statements');
    const { slowestQueries } = library.timing.getSummary({ sortBy });
    const figures = (cells: readonly string[]) => [cells[2], cells[3], cells[4], cells[5], cells[6]];
    const shown = new Map(rows.map((cells) => [`${cells[0]} ${cells[2]} ${cells[6]}`, figures(cells)]));
    for (const one of slowestQueries) {
      const expected = [
        count(one.calls),
        figure(one.totalDurationMs / 1000),
        figure(one.meanDurationMs),
        figure(one.p95DurationMs),
        figure(one.maxDurationMs),
      ];
      expect(shown.get(`${one.statement} ${expected[0]} ${expected[4]}`)).toEqual(expected);
    }
  });

  it('of the types do too', async () => {
    const { queriesByType, percentilesByType } = await upToDate();
    const rows = await rowsOf('types');
    const expected = Object.entries(queriesByType).map(([type, total]) => {
      const { p50Ms, p95Ms, p99Ms } = percentilesByType[type as 'SELECT'];
      return [type, count(total), figure(p50Ms), figure(p95Ms), figure(p99Ms)];
    });
    expect(rows.sort()).toEqual(expected.sort());
  });
});

describe('the curves', () => {
  it('are of statements, durations, the pool and transactions, and their figures are those of the last second', async () => {
    const titles = await page.locator('.chart h2').allTextContents();
    expect(titles).toEqual(['Statements, /s', 'Duration, ms', 'Pool', 'Transactions, /s']);
    const shown = (figures: string) => page.waitForSelector(`.chart:last-child [aria-label*="${figures}"]`);
    await Promise.all([shown('committed 1,'), library.dataSource.transaction((manager) => manager.query('SELECT 1'))]);
    const failing = library.dataSource.transaction(() => Promise.reject(new Error('not today')));
    await Promise.all([shown('rolled back 1'), failing.catch(() => undefined)]);
  });
});

describe('what happens', () => {
  it('is in the tables: units of work, what they repeat, slow statements and errors', async () => {
    await upToDate();
    const units = await rowsOf('units');
    expect(units.find(([name]) => name === 'GET /authors')!.slice(1, 4)).toEqual(['1', '26.0', '26']);
    expect(units.find(([name]) => name === 'GET /authors')!.at(-1)).toBe('1 of 1');
    const [repeated] = await rowsOf('repeated');
    expect(repeated!.slice(0, 3)).toEqual([
      'Author.books was loaded 25 times: relations: { books: true }, a join or a batch',
      'Author.books',
      '25',
    ]);
    const line = page.locator('#table-repeated small');
    expect(await line.textContent()).toMatch(/^GET \/authors · .*watched-library\.ts:\d+:\d+$/);
    expect((await rowsOf('slow')).length).toBe(library.timing.getSummary().slowQueries);
    const errors = (await rowsOf('errors')).map(([, errorClass]) => errorClass);
    expect(new Set(errors)).toEqual(new Set(['unique', 'syntax', 'timeout']));
    expect(await page.locator('#verdict').getAttribute('data-level')).toBe('bad');
  });

  it('that is slow is shown with its plan, in the table and in its details', async () => {
    await page.locator('#tab-slow').click();
    const row = page.locator('#table-slow tr', { hasText: 'title LIKE' });
    await row.locator('.plan').waitFor();
    const { slowestQueries } = library.timing.getSummary();
    const { plan } = slowestQueries.find(({ statement }) => statement.includes('title LIKE'))!;
    expect(await row.locator('.plan').textContent()).toBe(plan!.summary);
    await row.locator('a').click();
    const steps = page.locator('#detail h2:has-text("Plan") ~ pre');
    for (const { operation } of plan!.nodes) expect(await steps.textContent()).toContain(operation);
    expect(await page.locator('#detail .basis').textContent()).toBe(plan!.basis);
    await page.keyboard.press('Escape');
  });

  it('can be searched, sorted, linked, copied and closed, with the keyboard alone', async () => {
    await page.keyboard.press('1');
    await page.keyboard.press('/');
    await page.keyboard.type('reports/overdue like');
    await page.waitForFunction(() => document.querySelectorAll('#table-statements tbody tr').length === 1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#detail pre');
    expect(await page.locator('#detail pre').first().textContent()).toBe(
      'SELECT title, pg_sleep(?) FROM book WHERE title LIKE $1 LIMIT ?',
    );
    await page.getByRole('button', { name: 'Copy as EXPLAIN' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const rows = await library.dataSource.transaction(async (manager) => {
      const results = [];
      for (const statement of copied.split(/;\n?/).filter(Boolean)) results.push(await manager.query(statement));
      return results.flat();
    });
    expect(JSON.stringify(rows)).toContain('Seq Scan on book');
    const linked = await context.newPage();
    await linked.goto(page.url());
    await linked.waitForSelector('#detail pre');
    await linked.close();
    await page.keyboard.press('Escape');
    expect(await page.locator('#detail').isHidden()).toBe(true);
    await page.locator('#search').fill('');
  });

  it('stops when it is paused, and goes on', async () => {
    await upToDate();
    await page.locator('#verdict').click();
    await page.keyboard.press('p');
    const before = await tiles();
    await library.quiet(1);
    expect(await tiles()).toEqual(before);
    await page.keyboard.press('p');
    await upToDate();
  });
});

describe('a statement', () => {
  it('is text, whatever it contains', async () => {
    const evil = [
      'SELECT 1 AS "<img src=x onerror=document.title=1>"',
      'SELECT 2 AS "</script><script>document.title=2</script>"',
      'SELECT 3 AS "\u2028\u2029&lt;"',
    ];
    for (const sql of evil) await library.dataSource.query(sql);
    await upToDate();
    const shown = (await rowsOf('statements')).map(([text]) => text);
    expect(shown).toEqual(expect.arrayContaining(evil.map((sql) => sql.replace(/ \d /, ' ? '))));
    expect(await page.title()).toBe('Query timing');
    expect(await page.locator('img').count()).toBe(0);
  });
});

describe('the figures of the server', () => {
  it('are hidden while it has none', async () => {
    await upToDate();
    expect(await page.locator('#tab-server').isHidden()).toBe(true);
    await page.evaluate(() => (location.hash = '#tab=server'));
    await page.waitForSelector('#table-statements');
  });

  it('are beside those of this process, and those of other programs below them', async () => {
    await library.countOnTheServer();
    await library.quiet(3);
    await library.byAnotherProgram();
    // The last one that leaves stops the reading, and the first one that comes begins it.
    await page.goto('about:blank');
    await page.goto(library.url);
    await page.locator('#tab-server').click();
    await page.waitForSelector('#table-server tbody tr');
    const rows = await shownRows('server');
    const { statements } = await library.timing.serverStatements();
    const insert = statements.find(({ statement }) => statement.startsWith('INSERT INTO "book"'))!;
    expect(rows.find(([statement]) => statement === insert.statement)!.slice(1, 6)).toEqual([
      count(insert.calls),
      count(insert.server!.calls),
      figure(insert.meanMs),
      figure(insert.server!.meanMs),
      figure(insert.outsideMs!),
    ]);
    const other = page.locator('#table-server tr', { hasText: 'sent by other programs' }).filter({ hasText: 'name <' });
    expect(await other.locator('.statement > :first-child').textContent()).toMatch(/WHERE name < \$1$/);
    expect(await page.locator('.notes li').first().textContent()).toMatch(/^From pg_stat_statements, read at /);
    await page.locator('#table-server a').first().click();
    await page.waitForSelector('#detail pre');
    expect(await page.locator('#detail dt', { hasText: 'calls there' }).count()).toBe(1);
    await page.keyboard.press('Escape');
  });
});

describe('the page', () => {
  it.each([
    ['light', ['statements', 'units', 'repeated', 'slow', 'errors', 'types', 'server']],
    ['dark', ['units', 'errors', 'server']],
  ])('has no faults that axe finds, %s', async (theme, tabs) => {
    await page.evaluate((name) => (document.documentElement.dataset.theme = name), theme);
    const isolated = await page.context().newCDPSession(page);
    // The policy of the page allows no other script, so the checker comes by the debugger.
    await isolated.send('Runtime.evaluate', { expression: axe.source });
    for (const tab of tabs) {
      await page.locator(`#tab-${tab}`).click();
      const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
        'axe.run()',
      );
      expect(violations.map(({ id, nodes }) => [tab, id, nodes[0]?.html])).toEqual([]);
    }
  });

  it('fits a phone', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await phone.goto(library.url);
    await phone.waitForSelector('#table-statements tbody tr');
    const width = () => phone.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBeLessThanOrEqual(390);
    await phone.locator('#tab-server').click();
    await phone.waitForSelector('#table-server tbody tr');
    expect(await width()).toBeLessThanOrEqual(390);
    await phone.close();
  });

  it('asks no other host for anything, and breaks no rule of its policy', () => {
    const { origin } = new URL(library.url);
    expect(requests.filter((url) => !url.startsWith(`${origin}/query-timing`) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
