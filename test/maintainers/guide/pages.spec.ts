import { readFileSync } from 'node:fs';
import { cases } from '../../../maintainers/guide/cases';
import { brokenPromises, notWorthIt } from '../../../maintainers/guide/judge';
import type { Measurements } from '../../../maintainers/guide/measurement';
import { formatted, GUIDE_PAGE, MEASUREMENTS, withCases } from '../../../maintainers/guide/page';
import { handWritten } from '../../docs/pages';

const measurements = JSON.parse(readFileSync(MEASUREMENTS, 'utf8')) as Measurements;
const page = readFileSync(GUIDE_PAGE, 'utf8');

describe('the figures of the query guide', () => {
  it('are those that its cases have shown, with the code that they run: `npm run guide` makes them anew', () => {
    expect(page).toBe(formatted(withCases(page, measurements), GUIDE_PAGE));
  });

  it.each(cases.map((guideCase) => [guideCase.name, guideCase] as const))(
    'of %s show what it promises',
    (name, guideCase) => {
      const measured = measurements[name];
      expect(measured).toBeDefined();
      expect(measured!.rows).toBe(guideCase.rows);
      expect([...brokenPromises(guideCase, measured!), ...notWorthIt(guideCase, measured!)]).toEqual([]);
    },
  );

  it('stand within their sentences: a comment that begins a line ends the paragraph', () => {
    expect(page.match(/^(?:> )?<!-- figure.*/gm)).toBeNull();
  });

  it('stand nowhere but where a tool has put them', () => {
    const prose = handWritten(GUIDE_PAGE)
      .replaceAll(/<!-- (figure: \S+|quick reference) -->[^]*?<!-- \/\w[\w ]* -->/g, '')
      .replaceAll(/^```[^]*?^```$/gm, '')
      .replaceAll(/`[^`\n]*`/g, '');
    const written =
      prose.match(/\b\d[\d.,]*\s?(?:ms|s|seconds?|minutes?|[kM]B|pages|statements|times|×|%)(?![\w])/g) ?? [];
    // The size of a page and the bound of what is kept apart are PostgreSQL's, not ours.
    expect(written.filter((figure) => !['8 kB', '2 kB'].includes(figure))).toEqual([]);
  });
});

describe('a figure that its case no longer supports', () => {
  const [guideCase] = cases;
  const measured = measurements[guideCase!.name]!;
  const [first, ...others] = measured.ways;

  it.each([
    ['a statement more', { ...first!, statements: { service: 2, server: 2 } }, /counted 2 statements, expected 1/],
    ['another plan', { ...first!, nodes: ['Index Scan using orders_pkey on orders'] }, /no Seq Scan on orders/],
    ['hardly any page', { ...first!, pages: 3 }, /3 pages against/],
  ])('is found: %s', (_, changed, complaint) => {
    expect(brokenPromises(guideCase!, { ...measured, ways: [changed, ...others] }).join()).toMatch(complaint);
  });

  it('is found: advice that helps nobody', () => {
    const slow = { ...measured, ways: measured.ways.map((way) => ({ ...way, milliseconds: 5 })) };
    expect(notWorthIt(guideCase!, slow)).toHaveLength(1);
  });
});
