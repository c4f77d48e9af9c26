/** @typedef {import('../test-suites.mjs').Suite} Suite */
/** @typedef {import('./suite-process.mjs').Outcome} Outcome */

/**
 * @param {readonly (readonly [name: string, seconds: string, budget: string, rest: string])[]} rows
 * @returns {string} one line per row, with text on the left and numbers on the right
 */
function table(rows) {
  const width = (/** @type {0 | 1 | 2} */ column) => Math.max(...rows.map((row) => row[column].length));
  return rows
    .map(([name, seconds, budget, rest]) => {
      const cells = [name.padEnd(width(0)), seconds.padStart(width(1)), budget.padStart(width(2)), rest];
      return cells.join('  ').trimEnd();
    })
    .join('\n');
}

/**
 * @param {readonly Suite[]} suites in the order of the list
 * @param {readonly Outcome[]} outcomes in the order in which they ended
 * @param {{ seconds: number, budgetSeconds: number }} whole
 */
export function summary(suites, outcomes, whole) {
  const rows = suites.map((suite) => {
    const { seconds, verdict } = outcomes.find((outcome) => outcome.suite === suite) ?? {};
    const time = seconds?.toFixed(1) ?? '-';
    return /** @type {const} */ ([
      suite.name,
      time,
      String(suite.budgetSeconds),
      verdict ?? suite.skipped ?? 'not run',
    ]);
  });
  const of = (/** @type {Outcome['kind']} */ wanted) => outcomes.filter(({ kind }) => kind === wanted);
  const passed = of('passed').map(({ suite, seconds }) => ({ ...suite, seconds }));
  const overBudget = [...passed, { name: 'the whole', ...whole }].filter((one) => one.seconds > one.budgetSeconds);
  const stopped = of('stopped').length;
  return [
    '',
    table([
      ['suite', 'seconds', 'budget', ''],
      ...rows,
      ['the whole', whole.seconds.toFixed(1), String(whole.budgetSeconds), ''],
    ]),
    ...overBudget.map(
      ({ name, seconds, budgetSeconds }) =>
        `warning: ${name} took ${seconds.toFixed(1)} s, its budget is ${budgetSeconds} s`,
    ),
    ...of('failed').map(({ suite, verdict }) => `${suite.name} ${verdict}`),
    `${passed.length} passed, ${of('failed').length} failed${stopped ? `, ${stopped} stopped` : ''}`,
  ].join('\n');
}
