import type { PlanRow } from '../messages';
import { el } from './dom';
import { count } from './format';

/** What the database does for a statement: the findings with their hints, then the steps. Nothing without a plan. */
export function planView(plan: PlanRow['plan'] | undefined): HTMLElement[] {
  if (plan === undefined) return [];
  const findings = plan.findings.map(({ message, hint, index }) =>
    el(
      'li',
      {},
      message,
      hint !== undefined && el('small', { text: hint }),
      index !== undefined && el('code', { text: index }),
    ),
  );
  const steps = plan.nodes.map(({ depth, operation, table, index, rows, conditions }) => {
    const target = [table && `on ${table}`, index && `by ${index}`].filter(Boolean).join(' ');
    const expected = rows === undefined ? '' : `, ${count(rows)} rows`;
    const lines = conditions.map((condition) => `${'  '.repeat(depth + 2)}${condition}`);
    return [`${'  '.repeat(depth)}${operation} ${target}${expected}`, ...lines].join('\n');
  });
  return [
    el('h2', { text: 'Plan' }),
    ...(findings.length > 0 ? [el('ul', { class: 'findings' }, ...findings)] : []),
    el('pre', { text: steps.join('\n'), tabindex: '0' }),
    el('p', { class: 'basis', text: plan.basis }),
  ];
}
