import { readObjectives } from '../objectives';
import { RECORDED } from './expressions';
import type { PanelQuery, PanelThreshold } from './panel';

const { window } = readObjectives();
export const DAYS = Number.parseInt(window, 10);

/** What is recorded every hour about that hour: a sample an hour is enough, and seven hundred of them are fast. */
const sumOf = (recorded: string) =>
  `sum by (cluster, namespace, job) (sum_over_time(${recorded}:rate1h{${RECORDED}}[${window}:1h]))`;

/** @param bad the bad ones, recorded, and `all` of them */
export const budgetLeft = (legend: string, bad: string, all: string, budget: number): PanelQuery => ({
  instant: true,
  legend: `${legend} {{job}}`,
  expr: `1 - ${sumOf(bad)} / (${sumOf(all)} > 0) / ${budget}`,
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
