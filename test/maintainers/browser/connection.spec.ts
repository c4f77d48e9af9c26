import {
  aFinding,
  anError,
  aPlan,
  aSlowOne,
  aStatement,
  aSummary,
  firstMessage,
  nextMessage,
  NOW,
  pointsUntil,
} from '../../query-timing/page/support/page-messages';
import {
  context,
  figuresOf,
  open,
  page,
  send,
  server,
  text,
  tile,
  verdict,
  waitForVerdict,
} from './support/page-under-test';

const SECOND = 1_000;

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
