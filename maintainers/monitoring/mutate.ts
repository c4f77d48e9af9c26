import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { monitoringPrograms } from '../../test/monitoring/support/programs';
import { PackagesUnavailableError } from '../../test/support/debian/debian-packages';
import { run } from '../../tools/command-line';
import { inParallel } from '../../tools/in-parallel';
import { MONITORING } from '../../tools/monitoring/paths';
import {
  alertsThatUse,
  misnamedRecordings,
  nameOf,
  readRules,
  type RuleFile,
} from '../../test/monitoring/support/rules';
import { rulesFor, testsFor, type RuleTestFile } from '../../test/monitoring/support/reduced-rules';
import { mutantsOf, type Mutant } from './mutants';

const MIN_KILLED = 0.95;

/** The files of rule tests, reduced to the tests of these alerts. */
function testsOf(alerts: readonly string[], rules: RuleFile): { name: string; content: RuleTestFile }[] {
  return readdirSync(MONITORING)
    .filter((name) => name.endsWith('-tests.yml'))
    .map((name) => ({ name, content: testsFor(alerts, readFileSync(join(MONITORING, name), 'utf8'), rules) }))
    .filter(({ content }) => content.tests.length > 0);
}

async function survives(promtool: string, mutant: Mutant, original: RuleFile): Promise<boolean> {
  if (misnamedRecordings(mutant.file).length > 0) return false;
  // Three alerts test a shared recording rule as well as all alerts that use it.
  const alerts = alertsThatUse(mutant.rule, original).slice(0, 3);
  const directory = mkdtempSync(join(tmpdir(), 'monitoring-mutant-'));
  try {
    const rules = rulesFor(alerts, mutant.file);
    writeFileSync(
      join(directory, 'prometheus-alerts-database.yml'),
      stringify(rules, { aliasDuplicateObjects: false }),
    );
    for (const { name, content } of testsOf(alerts, rules)) {
      const path = join(directory, name);
      writeFileSync(path, stringify(content, { lineWidth: 0, aliasDuplicateObjects: false }));
      const passed = await new Promise<boolean>((resolve) =>
        execFile(promtool, ['test', 'rules', path], { maxBuffer: 1e8 }, (error) => resolve(error === null)),
      );
      if (!passed) return false;
    }
    return true;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function mutate(only?: string): Promise<void> {
  const { promtool } = await monitoringPrograms((line) => console.log(line));
  const original = readRules();
  const mutants = mutantsOf(original).filter(({ rule }) => only === undefined || nameOf(rule) === only);
  const survivors: Mutant[] = [];
  const startedAt = performance.now();
  let done = 0;
  const test = async (mutant: Mutant) => {
    if (await survives(promtool, mutant, original)) survivors.push(mutant);
    done += 1;
    if (done % 50 === 0) console.log(`${done} of ${mutants.length}, ${survivors.length} survived`);
  };
  await inParallel(availableParallelism(), mutants.map((mutant) => () => test(mutant)).values());
  for (const { rule, change } of survivors) console.log(`survived: ${nameOf(rule)}: ${change}`);
  const killed = mutants.length - survivors.length;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `${killed} of ${mutants.length} mutants killed (${((100 * killed) / mutants.length).toFixed(1)} %), ${seconds} s`,
  );
  if (killed / mutants.length < MIN_KILLED) {
    console.log(`less than ${100 * MIN_KILLED} % killed`);
    process.exitCode = 1;
  }
}

void run(
  new Command('mutate')
    .description(
      'Changes the alert rules one at a time and runs the rule tests. Lists the changes that the tests do not detect.',
    )
    .option('--only <rule>', 'only mutants of this alert or recording rule')
    .action(({ only }: { only?: string }) => mutate(only)),
  PackagesUnavailableError,
);
