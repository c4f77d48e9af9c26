import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { asNativeTests, hasNativeTests } from '../../test/monitoring/support/native-histograms';
import { monitoringPrograms, NEWEST_SUITE } from '../../test/monitoring/support/programs';
import { PackagesUnavailableError } from '../../test/support/debian/debian-packages';
import { run, wholeNumber } from '../../tools/command-line';
import { inParallel } from '../../tools/in-parallel';
import { MONITORING } from '../../tools/monitoring/paths';
import {
  alertsThatUse,
  misnamedRecordings,
  misplacedAlerts,
  nameOf,
  readRules,
  withoutAlert,
  type RuleFile,
} from '../../test/monitoring/support/rules';
import { rulesFor, testsFor } from '../../test/monitoring/support/reduced-rules';
import { mutantsOf, type Mutant } from './mutants';
import { routeMutants, routesSurvive } from './mutated-routes';

const MIN_KILLED = 0.95;
/** Instead of the name of a rule. */
const [RULES, ROUTES] = ['rules', 'routes'];

/** One rule test, as a separate file: the first that fails ends a trial. */
interface SingleTest {
  readonly content: string;
}

/** Runs the rule tests: with classic histograms, or with native ones, which the oldest promtool does not know. */
interface Promtool {
  readonly path: string;
  readonly isNative: boolean;
}

const singleTests = new Map<string, readonly SingleTest[]>();

/** The rule tests of these alerts. @param rules that they need */
function testsOf(alerts: readonly string[], rules: RuleFile, { isNative }: Promtool): readonly SingleTest[] {
  const key = `${isNative} ${alerts.join()}`;
  const known = singleTests.get(key);
  if (known) return known;
  const tests = readdirSync(MONITORING)
    .filter((name) => name.endsWith('-tests.yml'))
    .map((name) => {
      const tested = alerts.filter((alert) => !isNative || hasNativeTests(alert, name));
      return testsFor(tested, readFileSync(join(MONITORING, name), 'utf8'), rules);
    })
    .map((file) => (isNative ? asNativeTests(file) : file))
    .flatMap((file) => file.tests.map((test) => ({ ...file, tests: [test] })))
    .map((file) => ({ content: stringify(file, { lineWidth: 0, aliasDuplicateObjects: false }) }));
  singleTests.set(key, tests);
  return tests;
}

/** The rules of a mutant that the alerts need in the original: a change must not make one of them disappear. */
function sameRules(file: RuleFile, needed: RuleFile): RuleFile {
  const names = new Set(needed.groups.flatMap(({ rules }) => rules.map(nameOf)));
  const groups = file.groups
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => names.has(nameOf(rule))) }))
    .filter(({ rules }) => rules.length > 0);
  return { groups };
}

/** Three alerts test a shared recording rule as well as all alerts that use it: of the shortest and of the longest window. */
function alertsOf({ changed }: Mutant, original: RuleFile): string[] {
  const [first, last] = [changed[0]!, changed.at(-1)!];
  if (withoutAlert(original).includes(nameOf(first))) return [nameOf(first)];
  if (first === last) return alertsThatUse(first, original).slice(0, 3);
  return [...new Set([first, last].flatMap((rule) => alertsThatUse(rule, original).slice(0, 2)))];
}

/** The test that detected the last mutant of a rule: it often detects the next one, too. */
const lastDetections = new Map<string, SingleTest>();

async function survives(promtool: Promtool, mutant: Mutant, original: RuleFile): Promise<boolean> {
  if (misnamedRecordings(mutant.file).length + misplacedAlerts(mutant.file).length > 0) return false;
  const alerts = alertsOf(mutant, original);
  const directory = mkdtempSync(join(tmpdir(), 'monitoring-mutant-'));
  try {
    const needed = rulesFor(alerts, original);
    const rules = sameRules(mutant.file, needed);
    writeFileSync(
      join(directory, 'prometheus-alerts-database.yml'),
      stringify(rules, { aliasDuplicateObjects: false }),
    );
    const path = join(directory, 'tests.yml');
    const key = `${promtool.isNative} ${nameOf(mutant.changed[0]!)}`;
    const last = lastDetections.get(key);
    const tests = testsOf(alerts, needed, promtool);
    for (const test of last ? [last, ...tests.filter((one) => one !== last)] : tests) {
      writeFileSync(path, test.content);
      if (await passes(promtool.path, path)) continue;
      lastDetections.set(key, test);
      return false;
    }
    return true;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const passes = (promtool: string, path: string): Promise<boolean> =>
  new Promise((resolve) => {
    // With more than one core, it uses 20 % more CPU time and is no faster.
    const options = { maxBuffer: 1e8, env: { ...process.env, GOMAXPROCS: '1' } };
    execFile(promtool, ['test', 'rules', path], options, (error) => resolve(error === null));
  });

/** A change, and whether the tests pass in spite of it. */
interface Trial {
  readonly name: string;
  readonly survives: () => Promise<boolean>;
}

async function ruleTrials(only: string | undefined): Promise<Trial[]> {
  const log = (line: string) => console.log(line);
  const classic = { path: (await monitoringPrograms(log)).promtool, isNative: false };
  const native = { path: (await monitoringPrograms(log, { suite: NEWEST_SUITE })).promtool, isNative: true };
  const original = readRules();
  return mutantsOf(original)
    .filter(({ changed }) => only === undefined || only === RULES || changed.some((rule) => nameOf(rule) === only))
    .map((mutant) => ({
      name: `${nameOf(mutant.changed[0]!)}: ${mutant.change}`,
      survives: async () => (await survives(classic, mutant, original)) && (await survives(native, mutant, original)),
    }));
}

const routeTrials = (): Trial[] =>
  routeMutants().map((mutant) => ({ name: mutant.change, survives: () => routesSurvive(mutant) }));

interface Options {
  readonly only?: string;
  /** One of this many, */
  readonly every: number;
  /** beginning with this one. */
  readonly from: number;
}

async function mutate({ only, every, from }: Options): Promise<void> {
  const all = [
    ...(only === ROUTES ? [] : await ruleTrials(only)),
    ...(only === undefined || only === ROUTES ? routeTrials() : []),
  ];
  const trials = all.filter((_, index) => index % every === (from - 1) % every);
  const survivors: string[] = [];
  const startedAt = performance.now();
  let done = 0;
  const test = async (trial: Trial) => {
    if (await trial.survives()) {
      survivors.push(trial.name);
      console.log(`survived: ${trial.name}`);
    }
    done += 1;
    if (done % 50 === 0) console.log(`${done} of ${trials.length}, ${survivors.length} survived`);
  };
  await inParallel(availableParallelism(), trials.map((trial) => () => test(trial)).values());
  const killed = trials.length - survivors.length;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `${killed} of ${trials.length} mutants killed (${((100 * killed) / trials.length).toFixed(1)} %), ${seconds} s`,
  );
  if (killed / trials.length < MIN_KILLED) {
    console.log(`less than ${100 * MIN_KILLED} % killed`);
    process.exitCode = 1;
  }
}

void run(
  new Command('mutate')
    .description(
      'Changes the alert rules, and the routes and inhibition of Alertmanager, one at a time and runs their tests, those of the rules with classic and with native histograms. Lists the ' +
        'changes that the tests do not detect.',
    )
    .option(
      '--only <rule>',
      `only mutants of this alert or recording rule; ${RULES}: of all; ${ROUTES}: only those of Alertmanager`,
    )
    .option('--every <n>', 'only one of n mutants, to save time', wholeNumber(1, 1_000), 1)
    .option('--from <n>', 'with --every: begin with this mutant, for another sample', wholeNumber(1, 1_000), 1)
    .action((options: Options) => mutate(options)),
  PackagesUnavailableError,
);
