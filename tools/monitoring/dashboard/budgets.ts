import { readObjectives } from '../objectives';
import { RECORDED } from './expressions';
import type { PanelQuery, PanelThreshold } from './panel';

const { window } = readObjectives();
export const DAYS = Number.parseInt(window, 10);

/** @param bad the bad ones, recorded, and `all` of them */
export const budgetLeft = (bad: string, all: string, budget: number): PanelQuery => ({
  instant: true,
  legend: '{{job}}',
  expr:
    `1 - sum by (cluster, namespace, job) (sum_over_time(${bad}:rate5m{${RECORDED}}[${window}]))` +
    ` / (sum by (cluster, namespace, job) (sum_over_time(${all}:rate5m{${RECORDED}}[${window}])) > 0) / ${budget}`,
});

export const burnRate = (bad: string, budget: number, legend: string): PanelQuery => ({
  legend: `${legend} {{job}}`,
  expr: `${bad}:ratio_rate1h{${RECORDED}} / ${budget}`,
});

export const BUDGET_COLOURS: readonly PanelThreshold[] = [
  { color: 'red', from: null },
  { color: 'yellow', from: 0.1 },
  { color: 'green', from: 0.5 },
];
