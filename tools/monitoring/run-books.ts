import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratedFile } from '../regenerate/generated-file';
import { budgetOf, exact, percent, readObjectives, seconds, type Objectives } from './objectives';
import { RUNBOOKS } from './paths';
import { FAILED_REQUESTS, LATE_REQUESTS } from './rules/request-levels';
import { FAILED, LATE } from './rules/service-levels';

const FIGURE = /(<!-- objective ([\w.]+) -->)[^]*?(<!-- \/objective -->)/g;
/** A burn rate in PromQL, up to the budget. */
const BURN_RATE = /(\b(namespace_job:\w+):ratio_rate\w+ \/ )[\d.]+/g;

/** What run-books say of the objectives, by the name in the comments around it. */
export function figuresOf({ window, latency, errors, requests, server, outbox }: Objectives): Record<string, string> {
  const days = Number.parseInt(window, 10);
  return {
    window: `${days} days`,
    'window.budget': `${days}-day`,
    'window.oneHour': `${Math.round(days / 14.4)} days`,
    'window.sixHours': `${exact(days / 6)} days`,
    'latency.objective': percent(latency.objective),
    'latency.threshold': seconds(latency.threshold),
    'errors.objective': percent(errors.objective),
    'requests.latency.objective': percent(requests.latency.objective),
    'requests.latency.threshold': seconds(requests.latency.threshold),
    'requests.errors.objective': percent(requests.errors.objective),
    'server.connections': percent(server.connections),
    'server.transactionIds.warning': percent(server.transactionIds.warning),
    'server.transactionIds.critical': percent(server.transactionIds.critical),
    'server.blocking': seconds(server.blocking),
    'server.idleInTransaction': seconds(server.idleInTransaction),
    'server.transaction': seconds(server.transaction),
    'server.replicationLag': seconds(server.replicationLag),
    'server.deadlocks': `${server.deadlocks} deadlocks`,
    'outbox.age': seconds(outbox.age),
  };
}

/** A run-book with the figures of these objectives, in its text and its burn rates. @throws if it names an unknown figure */
export function withFigures(page: string, objectives: Objectives): string {
  const figures = figuresOf(objectives);
  const budgets: Readonly<Record<string, number>> = {
    [LATE]: budgetOf(objectives.latency),
    [FAILED]: budgetOf(objectives.errors),
    [LATE_REQUESTS]: budgetOf(objectives.requests.latency),
    [FAILED_REQUESTS]: budgetOf(objectives.requests.errors),
  };
  return page
    .replaceAll(FIGURE, (_, before: string, name: string, after: string) => {
      if (!(name in figures))
        throw new Error(`There is no figure ${name}. There are: ${Object.keys(figures).join(', ')}.`);
      return before + figures[name] + after;
    })
    .replaceAll(BURN_RATE, (found, before: string, bad: string) => (bad in budgets ? before + budgets[bad] : found));
}

/** The run-books, with the figures of the objectives. */
export function runBooks(objectives = readObjectives()): GeneratedFile[] {
  return readdirSync(RUNBOOKS)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(RUNBOOKS, name))
    .map((path) => ({ path, content: withFigures(readFileSync(path, 'utf8'), objectives) }));
}
