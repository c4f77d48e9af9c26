import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { cases } from './cases';
import type { GuideCase } from './guide-case';
import type { Measurements, WayMeasured } from './measurement';
import { duration, figureRows, whole } from './report';

export const GUIDE_PAGE = 'docs/guides/QUERY-OPTIMIZATION-GUIDE.md';
export const MEASUREMENTS = 'maintainers/guide/measured.json';

/** As Prettier leaves a file of that path. */
export const formatted = (text: string, path: string): string =>
  execFileSync(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--stdin-filepath', path], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });

/** The page with everything between its marks made anew. @throws when a case has no place in it, or a mark no case */
export function withCases(page: string, measurements: Measurements): string {
  const placed = new Set<string>();
  const filled = page
    .replaceAll(
      /(<!-- case: (\S+) -->\n)[^]*?(<!-- \/case -->)/g,
      (whole, before: string, name: string, after: string) => {
        const guideCase = cases.find((one) => one.name === name);
        if (!guideCase) throw new Error(`${GUIDE_PAGE} has a place for ${name}, and there is no such case.`);
        placed.add(name);
        return measurements[name] ? `${before}\n${fragment(guideCase, measurements)}\n\n${after}` : whole;
      },
    )
    .replace(/(<!-- quick reference -->\n)[^]*?(<!-- \/quick reference -->)/, (_, before: string, after: string) => {
      return `${before}\n${quickReference(measurements)}\n\n${after}`;
    })
    .replaceAll(
      /(<!-- figure: (\S+) -->)[^]*?(<!-- \/figure -->)/g,
      (_, before: string, name: string, after: string) => {
        return `${before}${figure(name, measurements)}${after}`;
      },
    );
  const homeless = cases.filter(({ name }) => !placed.has(name)).map(({ name }) => name);
  if (homeless.length > 0) throw new Error(`${GUIDE_PAGE} has no <!-- case: … --> for ${homeless.join(', ')}.`);
  return filled;
}

function fragment(guideCase: GuideCase, measurements: Measurements): string {
  const measured = measurements[guideCase.name]!;
  const { circumstances, ways, rows } = measured;
  const code = ways.map(({ name }, index) => {
    const { prepare } = guideCase.ways[index]!;
    const parts = [`**${name}**`];
    if (prepare) parts.push(block('sql', dedent(prepare)));
    const own = codeOf(guideCase.name, index);
    const same = index > 0 && own === codeOf(guideCase.name, index - 1);
    parts.push(same ? 'and the same code.' : block('ts', own));
    return parts.join('\n\n');
  });
  const table = [
    ['', ...ways.map(({ name }) => name)],
    ['---', ...ways.map(() => '---:')],
    ...figureRows(measured).map(([label, ...cells]) => [label, ...cells]),
    ['plan', ...ways.map(({ nodes }) => shortPlan(nodes))],
  ].map((cells) => `| ${cells.map(escaped).join(' | ')} |`);
  const logged = ways.find(({ metrics }) => metrics.slowLog);
  return [
    ...code,
    table.join('\n'),
    ...(logged ? [`The slow-query log, ${logged.name}:`, block('json', JSON.stringify(logged.metrics.slowLog))] : []),
    `<details><summary>Plans</summary>`,
    ...ways.map(({ name, plans }) => `${name}:\n\n${block('text', plans.join('\n\n'))}`),
    '</details>',
    `_${whole(rows)} rows, ${circumstances.postgres}, ${circumstances.machine}, ${circumstances.date}:_ ` +
      `\`npm run guide -- ${guideCase.name}\``,
  ].join('\n\n');
}

function quickReference(measurements: Measurements): string {
  const rows = cases.map(({ name, symptom, remedy }) => {
    const measured = measurements[name];
    const [first, last] = [measured?.ways[0], measured?.ways.at(-1)];
    const change = (of: (way: WayMeasured) => string): string => (first && last ? `${of(first)} → ${of(last)}` : '');
    return `| ${[
      symptom,
      remedy,
      `[${name}](#${name})`,
      change(({ milliseconds }) => duration(milliseconds)),
      change(({ statements }) => whole(statements.service)),
      change(({ pages }) => whole(pages)),
    ]
      .map(escaped)
      .join(' | ')} |`;
  });
  return [
    '| what you see | what to do | case | time | statements | pages |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** A figure in a sentence: `keyset-pagination.first.pages`. */
function figure(name: string, measurements: Measurements): string {
  const [caseName = '', place, what] = name.split('.');
  const ways = measurements[caseName]?.ways;
  if (!ways) return '…';
  const way = place === 'first' ? ways[0] : place === 'last' ? ways.at(-1) : ways[Number(place) - 1];
  if (way && what === 'time') return duration(way.milliseconds);
  if (way && what === 'p95') return duration(way.metrics.p95Ms);
  if (way && what === 'pages') return whole(way.pages);
  if (way && what === 'statements') return whole(way.statements.service);
  if (way && what === 'rows') return whole(way.rows);
  if (way && what === 'temporary') return whole(way.temporaryPages);
  throw new Error(`${GUIDE_PAGE} asks for the figure ${name}, which nobody has.`);
}

/** What `run` of a way says, from the file of the case. */
export function codeOf(caseName: string, way: number): string {
  const path = join(__dirname, 'cases', `${caseName}.ts`);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const bodies: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'run' && ts.isArrowFunction(node.initializer)) {
      const { body } = node.initializer;
      const text = body.getFullText().replace(/^\s*\n/, '\n');
      bodies.push(ts.isBlock(body) ? text.trim().replace(/^\{\n?([^]*?)\s*\}$/, '$1') : text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const code = bodies[way];
  if (code === undefined) throw new Error(`${path} has no way number ${way + 1} with an arrow function for run.`);
  return dedent(code.replace(/^\n/, ''));
}

/** The nodes of the first plan, without those that say nothing. */
function shortPlan(nodes: readonly string[]): string {
  const most = 6;
  const shown = nodes.slice(0, most).join(' ← ');
  return nodes.length > most ? `${shown} ← …` : shown;
}

const block = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``;

function dedent(text: string): string {
  const lines = text.replace(/^\n/, '').trimEnd().split('\n');
  // A first line that stands right behind what comes before it has no indentation of its own.
  const indents = lines.filter((line) => line.trim()).map((line) => /^ */.exec(line)![0].length);
  const least = Math.min(...(indents[0] === 0 && indents.length > 1 ? indents.slice(1) : indents));
  return lines
    .map((line, index) => (index === 0 && indents[0] === 0 ? line : line.slice(least)))
    .join('\n')
    .trim();
}

const escaped = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('*', '\\*');
