import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { generatedFiles } from '../../tools/monitoring/generated-files';
import { MONITORING, RULES } from '../../tools/monitoring/paths';
import { alertsIn, misnamedRecordings, readRules } from '../../tools/monitoring/rules';
import { ruleTestFiles } from './rule-tests/rule-test-files';
import { CASES } from './rule-tests/scenario';
import { scenarioFiles } from './rule-tests/scenarios';
import { monitoringPrograms, type MonitoringPrograms } from './support/programs';

const run = promisify(execFile);
const MINUTES = 60_000;
let programs: MonitoringPrograms;
beforeAll(async () => {
  programs = await monitoringPrograms((line) => process.stderr.write(`${line}\n`));
}, 3 * MINUTES);

const rules = readRules();
const scenarios = scenarioFiles.flatMap((file) => file.scenarios);

describe('the rules', () => {
  it('are clean to promtool, with every lint an error', async () => {
    const { stdout } = await run(programs.promtool, ['check', 'rules', '--lint=all', '--lint-fatal', RULES]);
    expect(stdout).toContain('SUCCESS');
  });

  it.each(scenarioFiles.map(({ file }) => file))(
    'pass %s',
    async (file) => {
      // On one core: with more, promtool takes a fifth more of their time and is no quicker.
      const env = { ...process.env, GOMAXPROCS: '1' };
      const { stdout } = await run(programs.promtool, ['test', 'rules', file], { cwd: MONITORING, env });
      expect(stdout).toContain('SUCCESS');
    },
    2 * MINUTES,
  );

  it('are found by the configuration of Prometheus beside them, which is right to promtool', async () => {
    const { stdout } = await run(programs.promtool, ['check', 'config', 'prometheus.yml'], { cwd: MONITORING });
    expect(stdout).toContain('1 rule files found');
  });

  it('are one YAML document: promtool reads no second one', () => {
    expect(readFileSync(RULES, 'utf8')).not.toMatch(/^---/m);
  });

  it('record each rate over the window that its name says', () => {
    expect(misnamedRecordings(rules)).toEqual([]);
  });

  it('hold exactly the twelve query alerts, 4 critical, 6 warning and 2 info', () => {
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

  it('give every alert a name, a severity, a text, a run-book and a dashboard of its own', () => {
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
  it('try every case on every alert but the watchdog, which always fires', () => {
    const tested = new Set(scenarios.map(({ alert }) => alert));
    expect([...tested, 'Watchdog'].sort()).toEqual(
      alertsIn(rules)
        .map(({ alert }) => alert)
        .sort(),
    );
    const text = scenarioFiles.map(({ file }) => readFileSync(`${MONITORING}/${file}`, 'utf8')).join('');
    for (const name of CASES) expect(text.split(`job="${name}"`).length).toBeGreaterThan(scenarios.length);
  });
});

describe('what is made from something else', () => {
  it.each(
    [...generatedFiles(), ...ruleTestFiles()].map(({ path, content }) => [basename(path), path, content] as const),
  )('%s is as npm run regenerate makes it', (_name, path, content) => {
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8') === content).toBe(true);
  });
});
