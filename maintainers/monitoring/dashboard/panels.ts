import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MONITORING } from '../../../tools/monitoring/paths';
import { END, RANGE, SCRAPE } from './simulation/hours';
import type { Store, StoredSeries } from './store';

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant: boolean;
  readonly format?: 'table' | 'heatmap';
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

export interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** What a panel shows. */
export interface PanelData {
  readonly panel: Panel;
  readonly results: readonly { readonly target: Target; readonly series: readonly StoredSeries[] }[];
}

const DASHBOARD = join(MONITORING, 'grafana-dashboard-database-queries.json');

export const readDashboard = (): Dashboard => JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;

/** As Grafana replaces the variables of the dashboard for one namespace and all of the others. */
const filled = (expr: string, namespace: string): string =>
  expr
    .replaceAll('$__rate_interval', `${4 * SCRAPE}s`)
    .replaceAll('$__range', `${RANGE}s`)
    .replaceAll('$cluster', '.*')
    .replaceAll('$namespace', namespace)
    .replaceAll(/\$(?:job|instance|query_type|server)/g, '.+');

/** Asks all queries of the dashboard. */
export async function dataOf({ panels }: Dashboard, namespace: string, store: Store): Promise<PanelData[]> {
  const data: PanelData[] = [];
  for (const panel of panels) {
    const results = [];
    for (const target of panel.targets ?? []) {
      const expr = filled(target.expr, namespace);
      const series = await (target.instant ? store.instant(expr, END) : store.range(expr, END - RANGE, END, SCRAPE));
      results.push({ target, series });
    }
    data.push({ panel, results });
  }
  return data;
}
