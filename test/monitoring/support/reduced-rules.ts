import { parse } from 'yaml';
import { namesThatUse, type RuleFile } from './rules';

interface RuleTest {
  readonly name: string;
  readonly input_series?: readonly { readonly series: string; readonly values: string }[];
}

export interface RuleTestFile {
  readonly rule_files: readonly string[];
  readonly evaluation_interval: string;
  readonly group_eval_order?: readonly string[];
  readonly tests: readonly RuleTest[];
}

/** The name of a test begins with its alert, or with the recording rule that no alert uses. */
const alertOf = ({ name }: { readonly name: string }): string => name.split(',')[0]!;

export const alertsTestedIn = (content: string): string[] => [
  ...new Set((parse(content) as RuleTestFile).tests.map(alertOf)),
];

/** Only the rules that the alerts need, to save time. */
export function rulesFor(alerts: readonly string[], file: RuleFile): RuleFile {
  const groups = file.groups
    .map((group) => ({
      ...group,
      rules: group.rules.filter((rule) => [...namesThatUse(rule, file)].some((name) => alerts.includes(name))),
    }))
    .filter(({ rules }) => rules.length > 0);
  return { groups };
}

/** Only the tests of these alerts, for {@link rulesFor} the same alerts. */
export function testsFor(alerts: readonly string[], content: string, rules: RuleFile): RuleTestFile {
  const file = parse(content) as RuleTestFile;
  const tests = file.tests.filter((test) => alerts.includes(alertOf(test)));
  return { ...file, group_eval_order: rules.groups.map(({ name }) => name), tests };
}
