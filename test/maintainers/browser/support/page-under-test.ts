import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { PageMessage } from '../../../../src/query-timing/page/messages';
import { firstMessage } from '../../../query-timing/page/support/page-messages';
import { launchChromium } from './browser';
import { ScriptedPage } from './scripted-page';

export let browser: Browser;
export let server: ScriptedPage;
export let context: BrowserContext;
export let page: Page;
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

export async function open(first: PageMessage = firstMessage(), hash = ''): Promise<void> {
  server.first = first;
  await page.goto(`${server.url}${hash}`);
  await page.waitForSelector('body:not(.loading)');
}
/** Sends a message and waits until the page shows it. */
export async function send(message: PageMessage): Promise<void> {
  server.send(message);
  const time = new Date(message.now).toISOString().slice(11, 19);
  await page.waitForSelector(`#state-text:has-text("${time}")`);
}
export const text = (selector: string) => page.locator(selector).innerText();
export const cellsOf = (tab: string, column: number) =>
  page.locator(`#table-${tab} tbody tr td:nth-child(${column}) > :first-child`).allTextContents();
export const figuresOf = (tab: string, column: number) =>
  page.locator(`#table-${tab} tbody tr td:nth-child(${column})`).allTextContents();
export const tile = (label: string) =>
  page
    .locator('.tile', { has: page.locator(`dt:text-is("${label}")`) })
    .locator('dd')
    .allTextContents();
/** Four pixels of the first curve, from 0 to 1 of its width and its height. */
export async function partOfCurve(x: number, y: number): Promise<Buffer> {
  const box = (await page.locator('.chart .u-over').first().boundingBox())!;
  const [left, top] = [Math.round(box.x + x * box.width), Math.round(box.y + (1 - y) * (box.height - 8)) - 2];
  return page.screenshot({ clip: { x: left, y: top, width: 2, height: 4 } });
}
export const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
export const verdict = async () => ({
  level: await page.locator('#verdict').getAttribute('data-level'),
  text: await text('#verdict-text'),
  reasons: await page.locator('#reasons a').allTextContents(),
});
export const waitForVerdict = (words: string) => page.waitForSelector(`#verdict-text:has-text("${words}")`);
