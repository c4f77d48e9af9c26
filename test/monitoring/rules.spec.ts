import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { generatedFiles } from '../../tools/monitoring/generated-files';
import { parse, stringify } from 'yaml';
import { MONITORING, RULES } from '../../tools/monitoring/paths';
import { alertsTestedIn, rulesFor, testsFor } from './support/reduced-rules';
import {
  alertsIn,
  alikeRecordings,
  familyOf,
  isAlert,
  misnamedRecordings,
  misplacedAlerts,
  readRules,
  withoutAlert,
} from './support/rules';
import { ruleTestFiles } from './rule-tests/rule-test-files';
import { CASES } from './rule-tests/scenario';
import { scenarioFiles } from './rule-tests/scenarios';
import { asNativeTests, hasNativeTests } from './support/native-histograms';
import { monitoringPrograms, type MonitoringPrograms } from './support/programs';
import { HAS_NATIVE_HISTOGRAMS } from './support/prometheus';

const run = promisify(execFile);
const MINUTES = 60_000;
let programs: MonitoringPrograms;
beforeAll(async () => {
  programs = await monitoringPrograms((line) => process.stderr.write(`${line}\n`));
}, 3 * MINUTES);

const rules = readRules();
const scenarios = scenarioFiles.flatMap((file) => file.scenarios);

describe('the alert rules', () => {
  it('pass promtool check rules with all lints as errors', async () => {
    const { stdout } = await run(programs.promtool, ['check', 'rules', '--lint=all', '--lint-fatal', RULES]);
    expect(stdout).toContain('SUCCESS');
  });

  const ruleTests = scenarioFiles.flatMap(({ file }) => {
    const content = readFileSync(join(MONITORING, file), 'utf8');
    const alerts = alertsTestedIn(content).filter((alert) => !HAS_NATIVE_HISTOGRAMS || hasNativeTests(alert, file));
    return alerts.map((alert) => [alert, file, content] as const);
  });
  it.each(ruleTests)(
    '%s passes its tests in %s',
    async (alert, file, content) => {
      const directory = mkdtempSync(join(tmpdir(), 'rule-test-'));
      try {
        const reduced = rulesFor([alert], rules);
        const write = (name: string, value: unknown) =>
          writeFileSync(join(directory, name), stringify(value, { aliasDuplicateObjects: false }));
        write(basename(RULES), reduced);
        const tests = testsFor([alert], content, reduced);
        write(file, HAS_NATIVE_HISTOGRAMS ? asNativeTests(tests) : tests);
        // With more than one core, promtool uses 20 % more CPU time and is no faster.
        const env = { ...process.env, GOMAXPROCS: '1' };
        const { stdout } = await run(programs.promtool, ['test', 'rules', file], { cwd: directory, env });
        expect(stdout).toContain('SUCCESS');
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
    2 * MINUTES,
  );

  it('are loaded by prometheus.yml, which passes promtool check config', async () => {
    const { stdout } = await run(programs.promtool, ['check', 'config', 'prometheus.yml'], { cwd: MONITORING });
    expect(stdout).toContain('1 rule files found');
  });

  it('are one YAML document, since promtool ignores others', () => {
    expect(readFileSync(RULES, 'utf8')).not.toMatch(/^---/m);
  });

  it('record each rate over the window in its name', () => {
    expect(misnamedRecordings(rules)).toEqual([]);
  });

  it('have the severity with which the index of the run-books lists them', () => {
    expect(misplacedAlerts(rules)).toEqual([]);
  });

  it('record the same in each window', () => {
    const alike = alikeRecordings(rules);
    const recordings = rules.groups.flatMap((group) => group.rules).filter((rule) => !isAlert(rule));
    const unlike = new Set(recordings.map(familyOf).filter((family) => !alike.has(family)));
    // That of five minutes comes from rates that are recorded for other rules, too.
    expect([...unlike]).toEqual(['namespace_job:db_query_duration_seconds:p99_rate']);
    expect(alike.get('namespace_job:db_late_queries:ratio_rate')).toHaveLength(8);
  });

  it('contain exactly twelve query alerts: 4 critical, 6 warning and 2 info', () => {
    const group = alertsIn({ groups: rules.groups.filter(({ name }) => name === 'database-queries') });
    const names = (severity: string) =>
      group.filter(({ labels }) => labels.severity === severity).map(({ alert }) => alert);
    expect(names('critical')).toEqual([
      'SlowQueryRateCritical',
      'QueryLatencyP99Critical',
      'QueryTimeouts',
      'DatabaseMetricsNotReporting',
    ]);
    expect(names('warning')).toEqual([
      'SlowQueryRateWarning',
      'QueryLatencyP99Warning',
      'SelectQueryLatencyHigh',
      'InsertUpdateQueryLatencyHigh',
      'QueryRateSpike',
      'QueryRateDrop',
    ]);
    expect(names('info')).toEqual(['SlowQueryVolumeByType', 'UnusualQueryDistribution']);
    expect(group).toHaveLength(12);
  });

  it('give every alert a unique name, a severity, a text, a run-book link and a dashboard link', () => {
    const alerts = alertsIn(rules);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { alert, labels, annotations } of alerts) {
      expect(['critical', 'warning', 'info', 'none']).toContain(labels.severity);
      expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url', 'dashboard_url']);
      expect(annotations.runbook_url).toContain(`/docs/runbooks/${alert}.md#`);
    }
  });
});

describe('the rule tests', () => {
  it('test every alert, and every recording that no alert uses', () => {
    const tested = ruleTestFiles().flatMap(({ content }) =>
      (parse(content) as { tests: { name: string }[] }).tests.map(({ name }) => name.split(',')[0]!),
    );
    expect([...new Set(tested)].sort()).toEqual(
      [...alertsIn(rules).map(({ alert }) => alert), ...withoutAlert(rules)].sort(),
    );
  });

  it('test every case in each scenario', () => {
    const text = scenarioFiles.map(({ file }) => readFileSync(`${MONITORING}/${file}`, 'utf8')).join('');
    for (const name of CASES) expect(text.split(`job="${name}"`).length).toBeGreaterThan(scenarios.length);
  });
});

describe('the generated files', () => {
  it.each(
    [...generatedFiles(), ...ruleTestFiles()].map(({ path, content }) => [basename(path), path, content] as const),
  )('%s is as npm run regenerate makes it', (_name, path, content) => {
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8') === content).toBe(true);
  });
});
