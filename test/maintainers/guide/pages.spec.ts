import { readdirSync, readFileSync } from 'node:fs';
import { failedExpectations, failedSpeedup } from '../../../maintainers/guide/case-check';
import { cases } from '../../../maintainers/guide/cases';
import { casesWith, indexWords } from '../../../maintainers/guide/index-pages';
import { readMeasurements } from '../../../maintainers/guide/measurements';
import { guidePagePaths, guidePages, withGenerated } from '../../../maintainers/guide/guide-pages';
import { CASE_PAGES, GUIDE_PAGE, MEASUREMENTS, pageOf } from '../../../maintainers/guide/paths';
import { findGenerators } from '../../../tools/regenerate/find-generators';
import { handWritten } from '../../docs/pages';

const names = cases.map(({ name }) => name);
const byName = cases.map((guideCase) => [guideCase.name, guideCase] as const);
const measurements = readMeasurements(names);
const read = (path: string): string => readFileSync(path, 'utf8');

describe('the pages of the query guide', () => {
  it('exist for every case and for nothing else, and so do the figures', () => {
    expect(readdirSync(CASE_PAGES).sort()).toEqual([...names.map((name) => `${name}.md`), 'README.md'].sort());
    expect(readdirSync(MEASUREMENTS).sort()).toEqual(names.map((name) => `${name}.json`).sort());
  });

  it('are written by npm run regenerate', () => {
    expect(findGenerators()).toContain(guidePages);
  });

  it.each(byName)('%s: title, fix, reason, queries, limits and figures', (name, { title }) => {
    const headings = read(pageOf(name))
      .split('\n')
      .filter((line) => /^##? /.test(line));
    expect(headings[0]!.replaceAll('\\', '')).toBe(`# ${title}`);
    expect(headings.slice(1, 5)).toEqual([
      '## Why',
      expect.stringMatching(/^## The (?:slow and the recommended query|variants)$/),
      expect.stringMatching(/^## (?:When not to do it|When it is true|What remains)$/),
      '## Figures',
    ]);
    const marks = [...read(pageOf(name)).matchAll(/^<!-- case: (\S+) -->$/gm)].map((match) => match[1]);
    expect(marks).toEqual(['summary', 'statements', 'figures']);
    expect(read(pageOf(name)).split('\n')[4]).toMatch(/^\*\*(?:Fix|Fact):\*\* /);
  });

  it('have no figure mark at the beginning of a line, which would end the paragraph', () => {
    const broken = guidePagePaths.filter((path) => /^(?:> )?<!-- figure/m.test(read(path)));
    expect(broken).toEqual([]);
  });

  it('contain no measured figure that was written by hand', () => {
    for (const path of guidePagePaths) {
      const prose = handWritten(path)
        .replaceAll(/<!-- figure: \S+ -->[^]*?<!-- \/figure -->/g, '')
        .replaceAll(/^```[^]*?^```$/gm, '')
        .replaceAll(/`[^`\n]*`/g, '');
      const written =
        prose.match(/\b\d[\d.,]*\s?(?:ms|s|seconds?|minutes?|[kM]B|pages|statements|times|×|%)(?![\w])/g) ?? [];
      // The size of a page and the limit of inline values are PostgreSQL's.
      const measured = written.filter((figure) => !['8 kB', '2 kB'].includes(figure));
      expect({ path, measured }).toEqual({ path, measured: [] });
    }
  });

  it('refuse a mark for which nothing is generated', () => {
    const page = '<!-- case: nonsense -->\n<!-- /case -->';
    expect(() => withGenerated(GUIDE_PAGE, page, measurements)).toThrow(`${GUIDE_PAGE}: nothing is generated`);
    expect(() => withGenerated(GUIDE_PAGE, '<!-- figure: upsert.first.x -->1<!-- /figure -->', measurements)).toThrow(
      'There is no figure upsert.first.x',
    );
  });
});

describe('the index', () => {
  it.each(indexWords)('leads from %s to a case', (word) => {
    expect(casesWith(word)).not.toEqual([]);
  });

  it('leads to every case', () => {
    const found = new Set(indexWords.flatMap(casesWith).map(({ name }) => name));
    expect(names.filter((name) => !found.has(name))).toEqual([]);
  });

  it('has the words that a reader types', () => {
    expect(indexWords).toEqual(
      expect.arrayContaining([
        ...['OFFSET', 'count(*)', 'IN', 'LIKE', 'ORDER BY', 'DISTINCT', 'N+1', 'lock', 'JSON'],
        ...['findAndCount', 'save()', 'In()'],
      ]),
    );
  });
});

describe('the recorded figures', () => {
  it.each(byName)('of %s meet the expectations of the case', (name, guideCase) => {
    const measured = measurements.get(name);
    expect(measured?.rows).toBe(guideCase.rows);
    expect([...failedExpectations(guideCase, measured!), ...failedSpeedup(guideCase, measured!)]).toEqual([]);
  });

  const [guideCase] = cases;
  const measured = measurements.get(guideCase!.name)!;
  const [first, ...others] = measured.variants;

  it.each([
    ['one more statement', { ...first!, statements: { service: 2, server: 2 } }, /counted 2 statements, expected 1/],
    ['another plan', { ...first!, nodes: ['Index Scan using orders_pkey on orders'] }, /no Seq Scan on orders/],
    ['hardly any pages', { ...first!, pages: 3 }, /3 pages against/],
  ])('fail the check with %s', (_, changed, failure) => {
    expect(failedExpectations(guideCase!, { ...measured, variants: [changed, ...others] }).join()).toMatch(failure);
  });

  it('fail the check if the recommended variant is not faster', () => {
    const slow = { ...measured, variants: measured.variants.map((variant) => ({ ...variant, milliseconds: 5 })) };
    expect(failedSpeedup(guideCase!, slow)).toHaveLength(1);
  });
});
