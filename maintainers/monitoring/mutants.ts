import { alikeRecordings, familyOf, isAlert, type Rule, type RuleFile } from '../../test/monitoring/support/rules';

/** The rules with one change that a good test detects. */
export interface Mutant {
  /** What is changed: one rule, or the same in all windows of a recording. */
  readonly changed: readonly Rule[];
  /** A description of the change, for the list of survivors. */
  readonly change: string;
  readonly file: RuleFile;
}

type Change = readonly [text: string, changed: Rule];

/**
 * Mutants for every threshold, window, comparison, arithmetic operator, guard, label, `for` and severity. A test finds a
 * window of a recording that is unlike the others, so that a mutant changes all of them.
 */
export function mutantsOf(file: RuleFile): Mutant[] {
  const families = alikeRecordings(file);
  return file.groups
    .flatMap(({ rules }) => rules)
    .flatMap((rule) => {
      const family = isAlert(rule) ? [rule] : (families.get(familyOf(rule)) ?? [rule]);
      if (rule !== family[0]) return [];
      const changes = family.map(changesOf);
      return changes[0]!.map(([change], index): Mutant => {
        const changed = new Map(family.map((one, member) => [one, changes[member]![index]![1]]));
        const groups = file.groups.map((group) => ({
          ...group,
          rules: group.rules.map((one) => changed.get(one) ?? one),
        }));
        return { changed: family, change, file: { groups } };
      });
    });
}

function changesOf(rule: Rule): Change[] {
  const inExpression = expressionChanges(rule.expr).map(([change, expr]): Change => [change, { ...rule, expr }]);
  if (!isAlert(rule)) return inExpression;
  const others: Change[] = [['severity', { ...rule, labels: { ...rule.labels, severity: 'other' } }]];
  if (rule.for) {
    for (const [name, factor] of FACTORS) others.push([`for: ${name}`, { ...rule, for: times(rule.for, factor) }]);
  }
  if (rule.keep_firing_for) {
    for (const [name, factor] of [...FACTORS, ['removed', 0] as const]) {
      others.push([`keep_firing_for: ${name}`, { ...rule, keep_firing_for: times(rule.keep_firing_for, factor) }]);
    }
  }
  return [...inExpression, ...others];
}

const FACTORS = [
  ['halved', 0.5],
  ['doubled', 2],
] as const;

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `5m` times 0.5 is `150s`. */
function times(duration: string, factor: number): string {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(duration)!;
  return `${Math.round(Number(amount) * SECONDS[unit!]! * factor)}s`;
}

/** Every change that can be made to the expression. */
function expressionChanges(expr: string): (readonly [string, string])[] {
  const changes: (readonly [string, string])[] = [];
  const replace = (pattern: RegExp, ...by: ((found: string) => string)[]) => {
    for (const match of expr.matchAll(pattern)) {
      for (const make of by) {
        const text = make(match[0]);
        const changed = expr.slice(0, match.index) + text + expr.slice(match.index + match[0].length);
        const before = expr.slice(Math.max(0, match.index - 25), match.index).replaceAll(/\s+/g, ' ');
        changes.push([`…${before}«${match[0].trim()}» changed to «${text.trim()}»`, changed]);
      }
    }
  };
  // Thresholds, factors and quantiles: separate numbers. Not 0, which doubling does not change, and not the value of vector().
  replace(
    /(?<=[ (])(?<!vector\()(?:\d*\.\d+|[1-9]\d*)(?=[ ,\n)]|$)/g,
    (n) => String(Number(n) * 2),
    (n) => String(Number(n) / 2),
  );
  replace(
    / > (?=[\d(])/g,
    () => ' < ',
    () => ' >= ',
  );
  replace(
    / < (?=[\d(])/g,
    () => ' > ',
    () => ' <= ',
  );
  replace(/ > (?=2 \*)/g, () => ' < ');
  replace(/\n< |(?<=\)) >= /g, (found) => found.replace('<', '>').replace('>=', '<'));
  replace(/ == /g, () => ' != ');
  replace(/ \/ (?=ignoring|on|\()/g, () => ' * ');
  replace(/\n *- /g, (found) => found.replace('-', '+'));
  // Guards: the second half of a condition.
  replace(/\n?and on \(cluster, namespace, job\)[^]*$/g, () => '');
  replace(/\n {2}and [^\n]*/g, () => '');
  replace(/ ?\nor [^]*$/g, () => '');
  replace(/\n *unless [^\n]*/g, () => '');
  replace(/ or 0 \* [\w:]+/g, () => '');
  // The labels of sums, and label matchers.
  replace(
    /by \(cluster, namespace, job/g,
    () => 'by (namespace, job',
    () => 'by (cluster, job',
    () => 'by (cluster, namespace',
  );
  replace(/, (?:query_type|le)\)/g, () => ')');
  replace(/(?<=\{)\w+(?:=|=~|!~)"[^"]*"(?=\})/g, (found) =>
    found.includes('!~') ? found.replace('!~', '=~') : found.replace(/=~?/, (op) => (op === '=' ? '!=' : '!~')),
  );
  replace(/(?<=[|"])\w+(?=\|)/g, (name) => `not_${name}`);
  replace(/\[\d+\w[\]:]|offset \d+[hm]/g, (found) => found.replace(/\d+/, (n) => String(Number(n) * 2)));
  return changes;
}
