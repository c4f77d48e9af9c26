import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { GeneratedFile } from '../../tools/regenerate/generated-file';
import { casePage, figureOf } from './case-page';
import { cases } from './cases';
import { indexByWord, tableOfCases, listOfSection } from './index-pages';
import type { Section } from './guide-case';
import { CASES_PAGE, GUIDE_PAGE, pageOf } from './paths';
import { readMeasurements, type Measurements } from './measurements';

/** Every page that contains something generated. */
export const guidePagePaths: readonly string[] = [GUIDE_PAGE, CASES_PAGE, ...cases.map(({ name }) => pageOf(name))];

/**
 * The pages with everything between their marks generated: `<!-- case: … -->` and `<!-- figure: … -->`.
 * @throws when a mark asks for something that does not exist
 */
export function guidePages(): GeneratedFile[] {
  const measurements = readMeasurements(cases.map(({ name }) => name));
  return formatted(
    guidePagePaths.map((path) => ({ path, content: withGenerated(path, readFileSync(path, 'utf8'), measurements) })),
  );
}

export function withGenerated(path: string, page: string, measurements: Measurements): string {
  return page
    .replaceAll(/(<!-- case: (\S+)(?: ([^>]+?))? -->\n)[^]*?(<!-- \/case -->)/g, (_, before, part, argument, after) => {
      return `${before}\n${generated(path, part, argument, measurements)}\n\n${after}`;
    })
    .replaceAll(/(<!-- figure: (\S+) -->)[^]*?(<!-- \/figure -->)/g, (_, before, name, after) => {
      return `${before}${figureOf(name, measurements)}${after}`;
    });
}

function generated(path: string, part: string, argument: string | undefined, measurements: Measurements): string {
  if (part === 'index') return indexByWord(path);
  if (part === 'table') return tableOfCases(path, measurements);
  if (part === 'list') return listOfSection(path, argument as Section);
  const guideCase = cases.find(({ name }) => pageOf(name) === path);
  const make = guideCase && casePage[part];
  if (!make) throw new Error(`${path}: nothing is generated for <!-- case: ${part} -->.`);
  return make(guideCase, measurements.get(guideCase.name));
}

/** Formats files with Prettier, all in one process. */
export function formatted(files: readonly GeneratedFile[]): GeneratedFile[] {
  const folder = mkdtempSync(join(tmpdir(), 'guide-pages-'));
  try {
    for (const settings of ['.prettierrc.json', '.editorconfig']) cpSync(settings, join(folder, settings));
    for (const { path, content } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const prettier = resolve('node_modules/prettier/bin/prettier.cjs');
    execFileSync(process.execPath, [prettier, '--write', '--log-level', 'warn', '.'], { cwd: folder });
    return files.map(({ path }) => ({ path, content: readFileSync(join(folder, path), 'utf8') }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
