import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { PanelData } from './panels';
import { END, RANGE } from './simulation/hours';

export interface Sheet {
  readonly title: string;
  /** What the variables of the dashboard are set to. */
  readonly variables: readonly string[];
  readonly panels: readonly PanelData[];
}

export interface PictureFormat {
  readonly type: 'png' | 'webp';
  readonly width: number;
  /** Of the page, from its top. Default: all of it */
  readonly height?: number;
}

const ADDRESS = 'http://dashboard.test/';
const STYLE = `
  body { margin: 0; background: #111217; }
  #page { padding: 8px; font: 14px 'DejaVu Sans', sans-serif; color: #ccccdc; }
  .head { display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 4px 4px 10px; }
  .head b { font-weight: 500; font-size: 16px; }
  .grid { position: relative; }
  .row { padding: 4px; font-size: 15px; }`;

interface Built {
  readonly outputFiles: readonly { readonly path: string; readonly text: string }[];
}

/** @param packages the folder with Grafana's packages @returns the page that draws a dashboard */
export async function buildPage(packages: string): Promise<string> {
  const require = createRequire(join(packages, 'package.json'));
  const { build } = require('esbuild') as { build(options: object): Promise<Built> };
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, 'page/page.mjs')],
    nodePaths: [join(packages, 'node_modules')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    outdir: packages,
    define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
    loader: { '.svg': 'dataurl', '.ttf': 'dataurl' },
    logLevel: 'error',
  });
  const parts = outputFiles.map(({ path, text }) =>
    path.endsWith('.css') ? `<style>${text}</style>` : `<script>${text.replaceAll('</script', '<\\/script')}</script>`,
  );
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><div id="page"></div>${parts.join('')}`;
}

/** @param html from {@link buildPage} @throws with the errors of the page */
export async function draw(browser: Browser, html: string, sheet: Sheet, format: PictureFormat): Promise<Buffer> {
  const { type, width } = format;
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  // The page itself, and icons: it needs nothing else.
  await page.route('**/*', (route) =>
    route.request().url() === ADDRESS
      ? route.fulfill({ body: html, contentType: 'text/html' })
      : route.fulfill({ body: '<svg xmlns="http://www.w3.org/2000/svg"/>', contentType: 'image/svg+xml' }),
  );
  await page.goto(ADDRESS, { timeout: 120_000 });
  const height = await page.evaluate(
    ({ content, given }) =>
      (window as unknown as { draw(content: object): Promise<number> }).draw(content).then((all) => given ?? all),
    { content: { ...sheet, from: 1000 * (END - RANGE), to: 1000 * END }, given: format.height },
  );
  await page.setViewportSize({ width, height });
  // Curves and tables are drawn when they have been measured.
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="data-testid panel content"]').length > 0);
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', {
    format: type,
    ...(type === 'webp' ? { quality: 70 } : {}),
  });
  await page.close();
  if (errors.length > 0) throw new Error(`The page has errors:\n${errors.join('\n')}`);
  return Buffer.from(data, 'base64');
}
