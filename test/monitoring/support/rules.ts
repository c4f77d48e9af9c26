import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { RULES, RUNBOOKS } from '../../../tools/monitoring/paths';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export type Rule = RecordingRule | AlertRule;

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

export interface RuleFile {
  readonly groups: readonly RuleGroup[];
}

export const isAlert = (rule: Rule): rule is AlertRule => 'alert' in rule;
export const nameOf = (rule: Rule): string => (isAlert(rule) ? rule.alert : rule.record);

export function readRules(path = RULES): RuleFile {
  return parse(readFileSync(path, 'utf8')) as RuleFile;
}

export const alertsIn = ({ groups }: RuleFile): AlertRule[] => groups.flatMap(({ rules }) => rules.filter(isAlert));

/** The rule, and all that depend on it, directly or through other recording rules. */
export function namesThatUse(rule: Rule, { groups }: RuleFile): ReadonlySet<string> {
  const all = groups.flatMap(({ rules }) => rules);
  const names = new Set([nameOf(rule)]);
  for (let size = 0; size !== names.size;) {
    size = names.size;
    for (const other of all) {
      if ([...names].some((name) => mentions(other.expr, name))) names.add(nameOf(other));
    }
  }
  return names;
}

/** The alerts that depend on a rule. */
export function alertsThatUse(rule: Rule, file: RuleFile): string[] {
  const names = namesThatUse(rule, file);
  return alertsIn(file).flatMap(({ alert }) => (names.has(alert) ? [alert] : []));
}

/** The recording rules that no alert uses in any window, only panels and run-books: they are tested by themselves. */
export function withoutAlert(file: RuleFile): string[] {
  const recordings = file.groups.flatMap(({ rules }) => rules).filter((rule) => !isAlert(rule));
  const used = new Set(recordings.filter((rule) => alertsThatUse(rule, file).length > 0).map(familyOf));
  return recordings.filter((rule) => !used.has(familyOf(rule))).map(nameOf);
}

function mentions(expr: string, name: string): boolean {
  return expr.split(/[^\w:]+/).includes(name);
}

const WINDOW = /(?<=rate)\d+[mhd]$/;
/** What is recorded, whatever the window. */
export const familyOf = (rule: Rule): string => nameOf(rule).replace(WINDOW, '');
const anyWindow = ({ record, expr }: RecordingRule): string => {
  const [window = ''] = WINDOW.exec(record) ?? [];
  return expr.replaceAll(new RegExp(`(?<=\\[|rate)${window}(?!\\w)`, 'g'), '…');
};

/** The recording rules of each name, when they differ only in their windows. */
export function alikeRecordings({ groups }: RuleFile): Map<string, readonly RecordingRule[]> {
  const families = new Map<string, RecordingRule[]>();
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    if (!isAlert(rule)) families.set(familyOf(rule), [...(families.get(familyOf(rule)) ?? []), rule]);
  }
  return new Map([...families].filter(([, rules]) => new Set(rules.map(anyWindow)).size === 1));
}

/** The alerts that the index of the run-books has with another severity, or not at all. */
export function misplacedAlerts(file: RuleFile): string[] {
  const index = readFileSync(join(RUNBOOKS, 'README.md'), 'utf8');
  const rows = [...index.matchAll(/^\| (critical|warning|info|none) +\|(.*)$/gm)];
  const severityOf = new Map(
    rows.flatMap(([, severity, alerts]) => [...alerts!.matchAll(/\[(\w+)\]/g)].map(([, alert]) => [alert!, severity!])),
  );
  return alertsIn(file).flatMap(({ alert, labels }) => (severityOf.get(alert) === labels.severity ? [] : [alert]));
}

/** The recording rules whose window is not the one that their name ends with. */
export function misnamedRecordings({ groups }: RuleFile): string[] {
  return groups
    .flatMap(({ rules }) => rules)
    .filter((rule): rule is RecordingRule => !isAlert(rule))
    .filter(({ record, expr }) => {
      const window = /rate(\d+[mhd])$/.exec(record)?.[1];
      return window !== undefined && [...expr.matchAll(/\[(\w+)\]/g)].some(([, found]) => found !== window);
    })
    .map(({ record }) => record);
}
