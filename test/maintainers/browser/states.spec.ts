import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { PageMessage } from '../../../src/query-timing/page/messages';
import { launchChromium } from './support/browser';
import {
  aFinding,
  anError,
  aPlan,
  aPoint,
  aSlowOne,
  aSource,
  aStatement,
  aSummary,
  firstMessage,
  nextMessage,
  NOW,
  pointsUntil,
} from '../../query-timing/page/support/page-messages';
import { ScriptedPage } from './support/scripted-page';

const SECOND = 1_000;
const DAY = 24 * 3_600_000;

let browser: Browser;
let server: ScriptedPage;
let context: BrowserContext;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  browser = await launchChromium({ log: (line) => console.error(line) });
}, 300_000);
afterAll(() => browser?.close());
beforeEach(async () => {
  server = await ScriptedPage.open();
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
});
afterEach(async () => {
  await context.close();
  await server.stop().catch(() => undefined);
  expect(faults.splice(0)).toEqual([]);
});

async function open(first: PageMessage = firstMessage(), hash = ''): Promise<void> {
  server.first = first;
  await page.goto(`${server.url}${hash}`);
  await page.waitForSelector('body:not(.loading)');
}
/** Sends a message and waits until the page shows it. */
async function send(message: PageMessage): Promise<void> {
  server.send(message);
  const time = new Date(message.now).toISOString().slice(11, 19);
  await page.waitForSelector(`#state-text:has-text("${time}")`);
}
const text = (selector: string) => page.locator(selector).innerText();
const cellsOf = (tab: string, column: number) =>
  page.locator(`#table-${tab} tbody tr td:nth-child(${column}) > :first-child`).allTextContents();
const figuresOf = (tab: string, column: number) =>
  page.locator(`#table-${tab} tbody tr td:nth-child(${column})`).allTextContents();
const tile = (label: string) =>
  page
    .locator('.tile', { has: page.locator(`dt:text-is("${label}")`) })
    .locator('dd')
    .allTextContents();
/** Four pixels of the first curve, from 0 to 1 of its width and its height. */
async function partOfCurve(x: number, y: number): Promise<Buffer> {
  const box = (await page.locator('.chart .u-over').first().boundingBox())!;
  const [left, top] = [Math.round(box.x + x * box.width), Math.round(box.y + (1 - y) * (box.height - 8)) - 2];
  return page.screenshot({ clip: { x: left, y: top, width: 2, height: 4 } });
}
const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
const verdict = async () => ({
  level: await page.locator('#verdict').getAttribute('data-level'),
  text: await text('#verdict-text'),
  reasons: await page.locator('#reasons a').allTextContents(),
});
const waitForVerdict = (words: string) => page.waitForSelector(`#verdict-text:has-text("${words}")`);

describe('a page whose figures are old says so, and since when', () => {
  const isLost = () => page.evaluate(() => document.body.classList.contains('lost'));
  const well = firstMessage({ points: pointsUntil(NOW, 60, { statements: 5, p95: 3 }) });

  it('when the service ends, until it is back', async () => {
    await open(well);
    expect((await verdict()).text).toMatch(/^All is well in the last minute/);
    await server.stop();
    await waitForVerdict('No figures since 12:00:00');
    expect([await isLost(), (await verdict()).level]).toEqual([true, 'lost']);
    expect(await text('#state-text')).not.toMatch(/live/);
    await server.start();
    await waitForVerdict('All is well');
    expect([await isLost(), await text('#state-text')]).toEqual([false, 'live 12:00:00']);
  });

  it('when the service hangs or the network is gone, which ends no connection', async () => {
    await page.clock.install();
    await open(well);
    const again = server.opened();
    server.isMute = true;
    await page.clock.runFor(4 * SECOND);
    await send(nextMessage(NOW + 4 * SECOND));
    await page.clock.runFor(4 * SECOND);
    expect(await isLost()).toBe(false);
    await page.clock.runFor(2 * SECOND);
    await waitForVerdict('No figures since 12:00:04');
    // The connection is given up for another one.
    await again;
    server.isMute = false;
    server.send(well);
    await waitForVerdict('All is well');
    expect(server.watchers).toBe(1);
  });

  it('when it is refused, which it tries again', async () => {
    await page.clock.install();
    await open(well);
    server.refusal = 503;
    server.endStreams();
    await page.waitForSelector('#state[data-state="connecting"]');
    await page.clock.runFor(4 * SECOND);
    await page.waitForSelector('#state[data-state="refused"]');
    expect((await verdict()).text).toMatch(/^No figures since/);
    server.refusal = undefined;
    await page.clock.runFor(6 * SECOND);
    await page.waitForSelector('#state[data-state="live"]');
  });

  it('but not while it is paused', async () => {
    await page.clock.install();
    await open(well);
    await page.keyboard.press('p');
    await page.waitForSelector('#state[data-state="paused"]');
    await page.clock.runFor(60 * SECOND);
    expect([await isLost(), await text('#pause'), (await verdict()).level]).toEqual([false, 'Resume', 'well']);
    expect(server.watchers).toBe(0);
    const again = server.opened();
    await page.locator('#pause').click();
    await again;
  });
});

describe('a tab in the background', () => {
  const setHidden = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);

  it('reads nothing, and is up to date when it is looked at again', async () => {
    await page.clock.install();
    await open(firstMessage({ summary: aSummary({ totalQueries: 5 }) }));
    const closed = server.closed();
    await setHidden(true);
    await closed;
    expect(server.watchers).toBe(0);
    server.first = firstMessage({ summary: aSummary({ totalQueries: 70 }) });
    const again = server.opened();
    await setHidden(false);
    await again;
    await page.waitForSelector('.tile:first-child .value:text-is("70")');
  });

  it('that was opened there reads nothing before it is looked at', async () => {
    await page.addInitScript(() => Object.defineProperty(document, 'hidden', { value: true, configurable: true }));
    await page.goto(server.url);
    expect([server.watchers, await text('#state-text')]).toEqual([0, 'connecting …']);
    const opened = server.opened();
    await setHidden(false);
    await opened;
  });

  it('that is paused stays paused', async () => {
    await open();
    await page.keyboard.press('p');
    await page.waitForSelector('#state[data-state="paused"]');
    await setHidden(true);
    await setHidden(false);
    expect([server.watchers, await text('#state-text')]).toEqual([0, 'paused']);
  });
});

describe('another process at the same address', () => {
  it('begins with its own figures: none of the former one is left', async () => {
    const plans = [{ fingerprint: 'f1', plan: aPlan('reads all rows') }];
    await open(
      firstMessage(
        {
          name: 'old',
          statements: [aStatement('a', { totalMs: 100 }), aStatement('b')],
          slow: [aSlowOne(1)],
          errors: [anError(1)],
          plans,
        },
        { findings: [aFinding('a')] },
      ),
      '#tab=slow',
    );
    await page.waitForSelector('#table-slow .plan');
    server.first = firstMessage(
      {
        name: 'new',
        statements: [aStatement('a', { totalMs: 60_000 })],
        slow: [aSlowOne(1, { statement: 'SELECT other' })],
      },
      { instance: 'second', now: NOW + 5 * SECOND },
    );
    const again = server.opened();
    server.endStreams();
    await again;
    await page.waitForSelector('#table-slow :text-is("SELECT other")');
    expect(await page.locator('#table-slow .plan').count()).toBe(0);
    expect(await text('#driver')).toBe('new · postgres');
    await page.keyboard.press('1');
    expect(await figuresOf('statements', 2)).toEqual(['0']);
    for (const tab of ['repeated', 'errors']) expect(await text(`#tab-${tab} b`)).toBe('0');
  });

  it('of the same service goes on with its load after a lost connection', async () => {
    await open(firstMessage({ statements: [aStatement('a', { totalMs: 1_000 })] }));
    server.first = firstMessage({ statements: [aStatement('a', { totalMs: 4_000 })] }, { now: NOW + 10 * SECOND });
    const again = server.opened();
    server.endStreams();
    await again;
    await page.waitForSelector('#table-statements td:nth-child(2):text-is("300")');
  });
});

describe('the verdict', () => {
  it('of a page that was just opened is about what led to the visit', async () => {
    const ago = (seconds: number) => ({ time: NOW - seconds * SECOND });
    await open(
      firstMessage({
        slow: [aSlowOne(1, ago(10)), aSlowOne(2, ago(90))],
        errors: [
          anError(1, ago(70)),
          anError(2, ago(5)),
          anError(3, { ...ago(5), errorClass: 'timeout' }),
          anError(4, { ...ago(3), queryType: 'CONNECT', fingerprint: '', errorClass: 'timeout' }),
        ],
      }),
    );
    expect(await verdict()).toEqual({
      level: 'bad',
      text: 'Needs attention',
      reasons: [
        '1 connection lost or refused, the last 3 s ago',
        '2 failed statements, the last 5 s ago',
        '1 timeout, the last 5 s ago',
        '1 slow statement, the last 10 s ago',
      ],
    });
  });

  it('says how long it has watched', async () => {
    await open();
    expect((await verdict()).text).toBe('Nothing known yet: waiting for the next second');
    await send(nextMessage(NOW + SECOND));
    expect((await verdict()).text).toBe('Quiet: no statements in the last second');
    await send(nextMessage(NOW + 2 * SECOND, { points: [aPoint(NOW + 2 * SECOND, { statements: 3, p95: 2 })] }));
    expect((await verdict()).text).toBe(
      'All is well in the last 2 seconds: no errors, nothing slow, p95 at most 2.00 ms in a second',
    );
  });

  const busy = (more: object) =>
    pointsUntil(NOW, 60, { statements: 10, p95: 3 }).map((point, i) => (i === 58 ? { ...point, ...more } : point));
  it.each([
    ['failed statements, if they are more than one in a hundred', { errors: 7 }, 'bad', ['7 failed statements']],
    ['a few failed statements', { errors: 6 }, 'warn', ['6 failed statements']],
    ['timeouts', { errors: 1, timeouts: 1 }, 'bad', ['1 failed statement', '1 timeout']],
    ['connections', { acquireFailures: 2 }, 'bad', ['2 connections lost or refused']],
    ['slow statements', { slow: 1 }, 'warn', ['1 slow statement']],
    ['a second of waiting', { pending: 4 }, 'warn', ['1 second with requests that waited for the pool']],
  ])('names %s', async (_, more, level, reasons) => {
    await open(firstMessage({ points: busy(more) }));
    expect(await verdict()).toMatchObject({ level, reasons });
  });

  it('needs attention when requests have waited for the pool in three seconds', async () => {
    const points = pointsUntil(NOW, 60, { statements: 10 }).map((point, i) => ({ ...point, pending: i > 56 ? 1 : 0 }));
    await open(firstMessage({ points }));
    expect(await verdict()).toMatchObject({
      level: 'bad',
      reasons: ['3 seconds with requests that waited for the pool'],
    });
  });

  it('says when something happened for the last time, if it no longer goes on', async () => {
    const points = pointsUntil(NOW, 60, { statements: 10 }).map((point, i) => ({ ...point, errors: i < 20 ? 1 : 0 }));
    await open(firstMessage({ points }));
    expect((await verdict()).reasons).toEqual(['20 failed statements, the last 40 s ago']);
  });

  it('names what is repeated, and forgets it after a minute', async () => {
    const points = pointsUntil(NOW, 60, { statements: 10 });
    await open(firstMessage({ points }, { findings: [aFinding('a')] }));
    expect(await verdict()).toMatchObject({ level: 'warn', reasons: ['1 repeated statement in units of work'] });
    await send(nextMessage(NOW + 61 * SECOND, { points: pointsUntil(NOW + 61 * SECOND, 60, { statements: 10 }) }));
    expect(await verdict()).toMatchObject({ level: 'well', reasons: [] });
  });

  it('leads to the table of each reason', async () => {
    const points = busy({ acquireFailures: 1, errors: 9, timeouts: 1, slow: 1, pending: 1 });
    await open(firstMessage({ points }, { findings: [aFinding('a')] }));
    const shown: string[] = [];
    for (let i = 0; i < 6; i++) {
      await page.locator('#reasons a').nth(i).click();
      shown.push((await page.locator('#panel table').getAttribute('id')) ?? '');
    }
    expect(shown.map((id) => id.replace('table-', ''))).toEqual([
      'errors',
      'errors',
      'errors',
      'units',
      'slow',
      'repeated',
    ]);
  });
});

describe('times', () => {
  it('are those of the server, whatever the clock of the browser says', async () => {
    await page.clock.setFixedTime(NOW - 3 * DAY);
    const points = pointsUntil(NOW, 60, { statements: 5, p95: 3 });
    await open(firstMessage({ points, errors: [anError(1, { time: NOW - 5 * SECOND })] }), '#tab=errors');
    expect(await figuresOf('errors', 1)).toEqual(['11:59:55']);
    expect(await text('#state-text')).toBe('live 12:00:00');
    expect((await partOfCurve(0.5, 0)).equals(await partOfCurve(0.5, 1))).toBe(false);
    expect((await verdict()).reasons).toEqual(['1 failed statement, the last 5 s ago']);
    expect(await page.locator('.chart').first().locator('b').allTextContents()).toEqual(['5', '–']);
  });

  it('have their day if they are long ago', async () => {
    const slow = [aSlowOne(1, { time: NOW - 3 * DAY }), aSlowOne(2, { time: NOW - 5 * SECOND })];
    await open(firstMessage({ slow }), '#tab=slow');
    expect(await figuresOf('slow', 1)).toEqual(['11:59:55', '28 Jan 12:00:00']);
  });
});

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

describe('the keyboard', () => {
  it('reaches each table that is shown', async () => {
    await open();
    const shown: (string | null)[] = [];
    for (const key of '7654321') {
      await page.keyboard.press(key);
      shown.push(await page.locator('.tabs [aria-current="page"]').getAttribute('id'));
    }
    expect(shown).toEqual([
      'tab-statements',
      'tab-types',
      'tab-errors',
      'tab-slow',
      'tab-repeated',
      'tab-units',
      'tab-statements',
    ]);
    await page.keyboard.press('7');
    expect(page.url()).not.toContain('server');
  });

  it('opens the help, in which keys do nothing else', async () => {
    await open();
    await page.keyboard.press('?');
    expect(await page.locator('#help').isVisible()).toBe(true);
    await page.keyboard.press('p');
    expect(await text('#pause')).toBe('Pause');
    await page.keyboard.press('Escape');
    expect(await page.locator('#help').isHidden()).toBe(true);
    await page.keyboard.press('Control+p');
    expect(await text('#pause')).toBe('Pause');
  });

  it('types into the search what would be a key elsewhere', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('pt2j');
    expect([await page.locator('#search').inputValue(), await text('#pause')]).toEqual(['pt2j', 'Pause']);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBeUndefined();
  });
});

describe('dark and light', () => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const DARK = 'rgb(15, 17, 22)';
  const LIGHT = 'rgb(247, 248, 250)';
  const pictures = async () => [
    await page.locator('.plot').first().screenshot(),
    await page.locator('td canvas').first().screenshot(),
  ];
  const first = firstMessage({ statements: [aStatement('a')], points: pointsUntil(NOW, 60, { statements: 5 }) });

  it('follow the system, also what is drawn', async () => {
    await open(first);
    expect(await background()).toBe(LIGHT);
    const light = await pictures();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe(DARK);
    const dark = await pictures();
    await page.reload();
    await page.waitForSelector('td canvas');
    const reloaded = await pictures();
    expect(dark.map((one, i) => [one.equals(light[i]!), one.equals(reloaded[i]!)])).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  it('are chosen by a key or the button, and kept', async () => {
    await open(first);
    await page.keyboard.press('t');
    expect(await background()).toBe(DARK);
    await page.reload();
    await page.waitForSelector('td canvas');
    expect(await background()).toBe(DARK);
    const kept = await pictures();
    await page.locator('#theme').click();
    expect(await background()).toBe(LIGHT);
    await page.locator('#theme').click();
    expect((await pictures()).map((one, i) => one.equals(kept[i]!))).toEqual([true, true]);
  });

  it('are light on paper, without what only a screen needs', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open(first, '#statement=a');
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    expect(await background()).toBe(LIGHT);
    expect(await page.locator('button:visible:not(th button), input:visible').count()).toBe(0);
    const boxes = await page
      .locator('main, #detail')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect()));
    expect(boxes[1]!.top).toBeGreaterThanOrEqual(boxes[0]!.bottom - 1);
  });
});

it('on a phone each figure has its label, and the details cover the page', async () => {
  const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  server.first = firstMessage({ statements: [aStatement('a', { scope: 'GET /teas' })] });
  await phone.goto(server.url);
  const row = phone.locator('#table-statements tbody tr');
  await row.waitFor();
  const labels = await row
    .locator('td:visible:not(.statement)')
    .evaluateAll((all) => all.map((td) => getComputedStyle(td, '::before').content));
  expect(labels).toEqual(['"now, ms/s"', '"calls"', '"total, s"', '"mean, ms"', '"max, ms"']);
  await row.locator('a').tap();
  const box = (await phone.locator('#detail').boundingBox())!;
  expect([box.x, box.y, box.width]).toEqual([0, 0, 390]);
  await phone.locator('#detail button[aria-label="Close"]').tap();
  await phone.locator('#detail').waitFor({ state: 'hidden' });
  await phone.close();
});

it('two tabs show the same, and one of them can be paused', async () => {
  await open();
  const other = await context.newPage();
  await other.goto(`${server.url}#tab=errors`);
  await other.waitForSelector('body:not(.loading)');
  await other.keyboard.press('p');
  await other.waitForSelector('#state[data-state="paused"]');
  await send(nextMessage(NOW + SECOND, { summary: aSummary({ totalQueries: 9 }) }));
  expect((await tile('Statements'))[0]).toBe('9');
  expect(await other.locator('.tile:first-child .value').textContent()).toBe('0');
});
