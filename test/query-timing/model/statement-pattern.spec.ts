import { matches, viewsOf } from '../../../src/query-timing/model/statement-pattern';
import { SlowThreshold } from '../../../src/query-timing/recorder/slow-threshold';
import { applierOf } from '../../../src/query-timing/recorder/statement-rules';

describe('a pattern for statements', () => {
  it.each([
    'FROM report_daily',
    'FROM "report_daily"',
    'FROM `report_daily`',
    'FROM [report_daily]',
    'FROM "s"."report_daily"',
  ])('matches %s with the quotes of names and without', (from) => {
    const views = viewsOf(`SELECT a ${from} WHERE b = 1`);
    expect(matches(/FROM (?:s\.)?report_/, views)).toBe(true);
    expect(matches('report_daily WHERE', views)).toBe(true);
    expect(matches(from, views)).toBe(true);
    expect(matches('report_weekly', views)).toBe(false);
  });

  it('decides the threshold of a statement with quoted names', () => {
    const threshold = new SlowThreshold([{ statement: /FROM report_/, thresholdMs: 2000 }]);
    expect(threshold.secondsFor('SELECT a FROM "report_daily"')).toBe(2);
    expect(threshold.secondsFor('SELECT a FROM "orders"')).toBe(0.1);
  });
});

describe('the rules of the option normalize', () => {
  it('replace all matches, in their order', () => {
    const apply = applierOf([
      { pattern: /events_(eu|us)_\d+/, replacement: 'events_$1_?' },
      { pattern: /_us_/g, replacement: '_eu_' },
    ]);
    expect(apply('SELECT a FROM "events_us_202611" JOIN events_eu_7')).toBe(
      'SELECT a FROM "events_eu_?" JOIN events_eu_?',
    );
    expect(apply('SELECT a FROM "events_us_202612" JOIN events_eu_8')).toBe(
      'SELECT a FROM "events_eu_?" JOIN events_eu_?',
    );
  });

  it('keep the statement bounded', () => {
    expect(applierOf([{ pattern: /./, replacement: 'x'.repeat(100) }])('a'.repeat(8000))).toHaveLength(8192);
  });
});
