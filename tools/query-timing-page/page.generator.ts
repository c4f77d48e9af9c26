import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';
import type { GeneratedFile } from '../regenerate/generated-file';

const FOLDER = 'src/query-timing/page';
const CLIENT = join(FOLDER, 'client');
/** The licence of uPlot, which is part of the page, asks for it. */
const LICENCE = '/*! uPlot, MIT licence, Copyright (c) Leon Sorokin, https://github.com/leeoniya/uPlot */';
const BROWSERS = ['chrome109', 'firefox115', 'safari16'];

/** The page of the query timing as one text, with the policy that allows its script and its style and nothing else. */
export function generate(): GeneratedFile[] {
  const script = `${LICENCE}\n${scriptOf('main.ts')}`;
  const style = styleOf(join('node_modules/uplot/dist/uPlot.min.css'), join(CLIENT, 'page.css'));
  const page = readFileSync(join(CLIENT, 'page.html'), 'utf8')
    .replaceAll(/\n\s*/g, '\n')
    .replace('<style>\n/* style */\n</style>', () => `<style>${style}</style>`)
    .replace('<script>\n/* script */\n</script>', () => `<script>${script}</script>`);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  const content = [
    '// Made from the folder client by `npm run regenerate`. Loaded by the first request for the page.',
    `export const POLICY = ${JSON.stringify(policy)};`,
    `export const PAGE = ${JSON.stringify(page)};`,
    '',
  ].join('\n');
  return [{ path: join(FOLDER, 'page-asset.ts'), content }];
}

function scriptOf(entry: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(CLIENT, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: BROWSERS,
    charset: 'ascii',
    legalComments: 'none',
  });
  const text = outputFiles[0]!.text.trim();
  if (/<\/script|<!--/i.test(text)) throw new Error('The script of the page would end its element.');
  return text;
}

function styleOf(...files: readonly string[]): string {
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  return transformSync(text, { loader: 'css', minify: true, target: BROWSERS, charset: 'ascii' }).code.trim();
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
