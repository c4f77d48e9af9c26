import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readObjectives, type Objectives } from '../../tools/monitoring/objectives';
import { RUNBOOKS } from '../../tools/monitoring/paths';
import { figuresOf, withFigures } from '../../tools/monitoring/run-books';

const current = readObjectives();
/** In all of which each figure is another one. */
const others: Objectives = {
  ...current,
  window: '42d',
  latency: { objective: 0.971, threshold: 0.123 },
  errors: { objective: 0.972 },
  requests: {
    latency: { ...current.requests.latency, objective: 0.973, threshold: 0.124 },
    errors: { objective: 0.974 },
  },
  server: {
    connections: 0.81,
    transactionIds: { warning: 0.11, critical: 0.21 },
    blocking: 31,
    idleInTransaction: 32,
    transaction: 33,
    replicationLag: 34,
    deadlocks: 11,
  },
  outbox: { age: 35 },
};

const pages = readdirSync(RUNBOOKS)
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(RUNBOOKS, name), 'utf8') }));
const figuresIn = (text: string) => [...text.matchAll(/<!-- objective ([\w.]+) -->/g)].map(([, name]) => name!);
const quotes = (text: string, figure: string) =>
  new RegExp(`(?<![\\w.])${figure.replaceAll('.', '\\.')}(?![\\w.]?\\w)`).test(text);

it('the figures of the test differ from those of the objectives', () => {
  const now = figuresOf(current);
  expect(Object.entries(figuresOf(others)).filter(([name, figure]) => figure === now[name])).toEqual([]);
});

it('every figure of the objectives is in a run-book', () => {
  const used = new Set(pages.flatMap(({ text }) => figuresIn(text)));
  expect([...used].sort()).toEqual(Object.keys(figuresOf(current)).sort());
});

it('a run-book follows the objectives, wherever it quotes one of them', () => {
  const now = figuresOf(current);
  const stale = pages.flatMap(({ name, text }) => {
    const changed = withFigures(text, others);
    return [...new Set(figuresIn(text))]
      .filter((figure) => quotes(changed, now[figure]!))
      .map((figure) => `${name}: ${now[figure]}`);
  });
  expect(stale).toEqual([]);
});

it('a burn rate in a run-book is divided by the budget of the objectives', () => {
  const budgets = pages
    .filter(({ name }) => name.includes('BudgetBurn'))
    .flatMap(({ text }) =>
      [...withFigures(text, others).matchAll(/ratio_rate\w+ \/ (\S+)/g)].map(([, budget]) => budget),
    );
  expect(budgets.length).toBeGreaterThanOrEqual(20);
  expect(new Set(budgets)).toEqual(new Set(['0.029', '0.028', '0.027', '0.026']));
});

it('a run-book that names an unknown figure is reported', () => {
  const page = 'More than <!-- objective latency.limit -->1 s<!-- /objective -->.';
  expect(() => withFigures(page, current)).toThrow('There is no figure latency.limit. There are: window, ');
});
