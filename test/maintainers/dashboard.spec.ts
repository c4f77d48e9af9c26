import { faultsIn } from '../../maintainers/monitoring/dashboard/faults';
import type { PanelData } from '../../maintainers/monitoring/dashboard/panels';

type Values = readonly (readonly [number, string])[];

/** A panel with one query whose curves have these values. */
function panel(title: string, ...curves: Values[]): PanelData {
  const target = { refId: 'A', expr: 'x', legendFormat: '', instant: false };
  const place = { x: 0, y: 0, w: 8, h: 8 };
  return {
    panel: { id: 1, type: 'timeseries', title, gridPos: place, targets: [target] },
    results: [{ target, series: curves.map((values) => ({ metric: {}, values })) }],
  };
}

const curve = (...values: string[]): Values => values.map((value, index) => [index, value] as const);
const works = panel('Rate', curve('1', '2'));

describe('the pictures of the dashboard fail', () => {
  it('for no panel that has data in the hour that it is made for', () => {
    expect(faultsIn({ quiet: [works], slow: [works], outage: [panel('Rate')] })).toEqual([]);
    const alerts = panel('Firing alerts', curve('1'));
    expect(faultsIn({ quiet: [panel('Firing alerts')], slow: [alerts], outage: [alerts] })).toEqual([]);
  });

  it('for a panel without data in the hour that it is made for', () => {
    expect(faultsIn({ quiet: [panel('Rate')], slow: [works], outage: [works] })).toEqual([
      'Rate: no data in the scenario quiet',
    ]);
  });

  it('for a query without data in every hour', () => {
    const empty = panel('Rate');
    expect(faultsIn({ quiet: [empty], slow: [empty], outage: [empty] })).toContain(
      'Rate: the query A has data in no scenario',
    );
  });

  it('for a curve that is NaN, and for a legend of zeros', () => {
    const idle = panel('Rate', curve('1'), curve('NaN', 'NaN'));
    expect(faultsIn({ quiet: [works], slow: [works], outage: [idle] })).toEqual([
      'Rate: a cell or a curve is NaN in the scenario outage',
    ]);
    const zeros = panel('Rate', curve('1'), ...Array.from({ length: 3 }, () => curve('0', '0')));
    expect(faultsIn({ quiet: [zeros], slow: [works], outage: [works] })).toEqual([
      'Rate: 3 curves are 0 in the scenario quiet',
    ]);
  });
});
