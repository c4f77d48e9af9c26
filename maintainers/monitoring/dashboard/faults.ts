import type { PanelData } from './panels';
import type { Scenario } from './simulation/scenarios';
import type { StoredSeries } from './store';

/** What only happens when something is wrong. All other panels have data in a quiet hour. */
const MADE_FOR = new Map<string, Scenario['name']>([['Firing alerts', 'outage']]);

const isEmpty = ({ results }: PanelData): boolean => results.every(({ series }) => series.length === 0);
const has = (value: number, { values }: StoredSeries): boolean =>
  values.every(([, one]) => Object.is(Number(one), value));

/** What a reader of the dashboard would notice: a line for each fault. @param dataOf each panel, by scenario */
export function faultsIn(dataOf: Readonly<Record<Scenario['name'], readonly PanelData[]>>): string[] {
  const all = Object.entries(dataOf);
  return dataOf.quiet.flatMap(({ panel }, index) => {
    const { title, targets = [] } = panel;
    if (targets.length === 0) return [];
    const faults: string[] = [];
    const scenario = MADE_FOR.get(title) ?? 'quiet';
    if (isEmpty(dataOf[scenario][index]!)) faults.push(`${title}: no data in the scenario ${scenario}`);
    targets.forEach(({ refId }, target) => {
      if (all.every(([, panels]) => panels[index]!.results[target]!.series.length === 0)) {
        faults.push(`${title}: the query ${refId} has data in no scenario`);
      }
    });
    for (const [name, panels] of all) {
      const series = panels[index]!.results.flatMap((result) => result.series);
      if (series.some((one) => has(NaN, one)))
        faults.push(`${title}: a cell or a curve is NaN in the scenario ${name}`);
      const zeros = series.filter((one) => has(0, one));
      if (zeros.length > 2) faults.push(`${title}: ${zeros.length} curves are 0 in the scenario ${name}`);
    }
    return faults;
  });
}
