import { posix } from 'node:path';
import { cases } from './cases';
import type { GuideCase, Section } from './guide-case';
import type { Measurements, VariantMeasured } from './measurements';
import { CASE_PAGES } from './paths';
import { duration, whole } from './report';

/** The lines of the index: what a reader types or sees. Each is a keyword of at least one case. */
export const indexWords = [
  'OFFSET',
  'LIMIT',
  'ORDER BY',
  'DISTINCT',
  'GROUP BY',
  'JOIN',
  'count(*)',
  'IN',
  'NOT IN',
  'OR',
  'LIKE',
  'function in WHERE',
  'WITH',
  'JSON',
  'SELECT *',
  'INSERT',
  'UPDATE',
  'DELETE',
  'lock',
  'index',
  'myth',
  'ANALYZE',
  'prepared statement',
  'N+1',
  'relations',
  'take',
  'findAndCount',
  'In()',
  'save()',
  'stream()',
  'cursor',
] as const;

export const casesWith = (keyword: string): GuideCase[] =>
  cases.filter(({ keywords }) => keywords.some((one) => one.toLowerCase() === keyword.toLowerCase()));

/** From each word to the cases that are about it. */
export function indexByWord(page: string): string {
  const lines = indexWords.map((word) => {
    const links = casesWith(word).map((guideCase) => linkTo(page, guideCase));
    return `- \`${word}\`: ${links.join('; ')}`;
  });
  return lines.join('\n');
}

/** Every case with its figures. */
export function tableOfCases(page: string, measurements: Measurements): string {
  const rows = cases.map((guideCase) => {
    const { name, symptom, fix } = guideCase;
    const variants = measurements.get(name)?.variants;
    const [first, last] = [variants?.[0], variants?.at(-1)];
    const change = (of: (variant: VariantMeasured) => string): string =>
      first && last ? `${of(first)} → ${of(last)}` : '';
    return `| ${[
      escaped(symptom),
      escaped(fix),
      `[${name}](${hrefOf(page, guideCase)})`,
      change(({ milliseconds }) => duration(milliseconds)),
      change(({ statements }) => whole(statements.service)),
      change(({ pages }) => whole(pages)),
    ].join(' | ')} |`;
  });
  return [
    '| what you see | what to do | case | time | statements | pages |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** The cases of a section of the entry page. */
export function listOfSection(page: string, section: Section): string {
  const listed = cases.filter((guideCase) => guideCase.section === section);
  if (listed.length === 0) throw new Error(`${page}: no case has the section ${section}.`);
  return listed.map((guideCase) => `- ${linkTo(page, guideCase)}: ${escaped(guideCase.fix)}.`).join('\n');
}

const linkTo = (page: string, guideCase: GuideCase): string =>
  `[${escaped(guideCase.title)}](${hrefOf(page, guideCase)})`;

const hrefOf = (page: string, { name }: GuideCase): string =>
  posix.relative(posix.dirname(page), `${CASE_PAGES}/${name}.md`);

export const escaped = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('*', '\\*');
