import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './support/browser';
import { WatchedLibrary } from './support/watched-library';

/** `npm run -w maintainers pictures` writes those of the guide. */
const FOLDER = process.env.PICTURES ?? '.cache/pictures';
const MAX_BYTES = 80 * 1024;

let browser: Browser;
let library: WatchedLibrary;
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  [browser, library] = await Promise.all([launchChromium(), WatchedLibrary.open()]);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await library?.close();
});

async function picture(page: Page, name: string): Promise<void> {
  // The curves and the last rows are drawn.
  await page.waitForTimeout(1_500);
  const bytes = await page.screenshot({ path: join(FOLDER, `query-timing-${name}.png`), animations: 'disabled' });
  expect(bytes.length).toBeLessThan(MAX_BYTES);
}

it('shows a quiet, a slow and a broken database, on a desk and on a phone', async () => {
  const desk = await browser.newPage({ viewport: { width: 1120, height: 560 } });
  await desk.goto(library.url);
  for (let i = 0; i < 12; i++) {
    await library.quiet(8 + ((5 * i) % 7));
    await desk.waitForTimeout(400);
  }
  await picture(desk, 'quiet');
  await library.slow();
  await desk.locator('#tab-repeated').click();
  await desk.setViewportSize({ width: 1120, height: 700 });
  await picture(desk, 'slow');
  await desk.setViewportSize({ width: 1120, height: 560 });
  await library.broken();
  await desk.locator('#theme').click();
  await desk.locator('#tab-errors').click();
  await desk.evaluate(() => scrollTo(0, 0));
  await picture(desk, 'broken');

  await library.countOnTheServer();
  await library.quiet(5);
  await library.byAnotherProgram();
  await desk.goto('about:blank');
  await desk.goto(`${library.url}#tab=server`);
  await desk.locator('#tab-server').click();
  await desk.waitForSelector('#table-server tbody tr');
  await desk.locator('.tabs').evaluate((tabs) => tabs.scrollIntoView());
  await picture(desk, 'server');

  const phone = await browser.newPage({ viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true });
  await phone.goto(library.url);
  await phone.waitForSelector('#table-statements tbody tr');
  await phone.locator('.tabs').evaluate((tabs) => tabs.scrollIntoView());
  await picture(phone, 'phone');
}, 120_000);
