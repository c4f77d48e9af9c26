import { aStatement, firstMessage, NOW, pointsUntil } from '../../query-timing/page/support/page-messages';
import { browser, open, page, server, text } from './support/page-under-test';

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

  it('follow the system before the script runs', async () => {
    await open(first);
    const context = await browser.newContext({ colorScheme: 'dark', javaScriptEnabled: false });
    const early = await context.newPage();
    await early.goto(page.url());
    expect(await early.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(DARK);
    await context.close();
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
