import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
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
const LOAD_TIMEOUT_MS = 300_000;
const STYLE = `
  body { margin: 0; background: #111217; }
  #page { padding: 8px; font: 14px 'DejaVu Sans', sans-serif; color: #ccccdc; }
  .head { display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 4px 4px 10px; }
  .head b { font-weight: 500; font-size: 16px; }
  .grid { position: relative; }
  .heading { padding: 4px; font-size: 15px; }`;

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

/** The page in a browser. It is large: one page draws all pictures. */
export class DrawingPage {
  private readonly errors: string[] = [];

  private constructor(private readonly page: Page) {
    page.on('pageerror', (error) => this.errors.push(error.stack ?? error.message));
    page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text()));
  }

  /** @param html from {@link buildPage} */
  static async open(browser: Browser, html: string): Promise<DrawingPage> {
    const page = await browser.newPage();
    const drawing = new DrawingPage(page);
    // The page itself, and icons: it needs nothing else.
    await page.route('**/*', (route) =>
      route.request().url() === ADDRESS
        ? route.fulfill({ body: html, contentType: 'text/html' })
        : route.fulfill({ body: '<svg xmlns="http://www.w3.org/2000/svg"/>', contentType: 'image/svg+xml' }),
    );
    await page.goto(ADDRESS, { timeout: LOAD_TIMEOUT_MS });
    return drawing;
  }

  /** @throws with the errors of the page */
  async draw(sheet: Sheet, { type, width, height: given }: PictureFormat): Promise<Buffer> {
    const { page, errors } = this;
    await page.setViewportSize({ width, height: 900 });
    const height = await page.evaluate(
      ({ content, given }) =>
        (window as unknown as { draw(content: object): Promise<number> }).draw(content).then((all) => given ?? all),
      { content: { ...sheet, from: 1000 * (END - RANGE), to: 1000 * END }, given },
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
    await devtools.detach();
    if (errors.length > 0) throw new Error(`The page has errors:\n${errors.join('\n')}`);
    return Buffer.from(data, 'base64');
  }
}
