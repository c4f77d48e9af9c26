import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareExporterRole } from '../../tools/exporter-role';
import { buildDashboard } from '../../tools/monitoring/dashboard/dashboard';
import { ALERT_ANNOTATION, DEPLOY_ANNOTATION, rows } from '../../tools/monitoring/dashboard/panels';
import { RUNBOOKS } from '../../tools/monitoring/paths';
import { MODULE, startBlackboxExporter } from './support/blackbox-exporter';
import type { ChildServer } from './support/child-server';
import { exporterProgram, queriedMetrics, startExporter } from './support/postgres-exporter';
import { monitoringPrograms, type MonitoringPrograms } from './support/programs';
import { fillVariables, metricsIn } from './support/promql';
import { readCatalogue, type RunningLoad } from './support/load';
import { HAS_NATIVE_HISTOGRAMS, TestPrometheus } from './support/prometheus';
import { isAlert, readRules } from './support/rules';
import { shortenWindows } from './support/shortened-durations';
import { codeBlocks, pages } from '../docs/pages';
import { RunningService } from '../support/running-service';

const rules = readRules().groups.flatMap((group) => group.rules);
const recordings = new Set(rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])));

const panels = rows.flatMap((row) => row.panels);
const ruleExpressions = rules.map((rule) => [isAlert(rule) ? rule.alert : rule.record, rule.expr] as const);
const panelExpressions = [
  // What leaves out curves of zeros has no data here: it is valid, and the curves are there.
  ...panels.flatMap(({ title, queries }) => queries.map(({ expr, legend }) => [`${title}: ${legend}`, expr] as const)),
  ['annotation of alerts', ALERT_ANNOTATION] as const,
  ['annotation of deploys', DEPLOY_ANNOTATION] as const,
];
const pageExpressions = pages.flatMap((page) =>
  codeBlocks(page)
    .filter(({ language }) => language === 'promql')
    .map(({ line, code }) => [`${page}:${line}`, code] as const),
);
const dashboard = buildDashboard();
const builtExpressions = (dashboard.panels ?? []).flatMap((panel) => {
  const queries = ('targets' in panel ? (panel.targets ?? []) : []) as unknown as { refId: string; expr: string }[];
  return queries.map(({ refId, expr }) => [`${panel.title}: ${refId}`, expr] as const);
});
const everything = [...ruleExpressions, ...panelExpressions, ...pageExpressions];

/** Series that Prometheus adds. */
const ADDED_METRICS = new Set(['up', 'ALERTS']);
/** Those of Alertmanager are in alertmanager.spec.ts. */
const isOfAlertmanager = (metric: string) => metric.startsWith('alertmanager_');
const isOfServer = (metric: string) => /^(?:postgres|pg)_/.test(metric);
/** Its instance is an address of the service. */
const isOfProbe = (metric: string) => metric.startsWith('probe_');
/** Here is no standby. */
const needsStandby = (expr: string) => expr.includes('postgres_standby_');
/** Labels that Prometheus adds, and the buckets of histograms. */
const ADDED_LABELS = new Set(['cluster', 'namespace', 'job', 'instance', 'alertname', 'severity', 'alertstate', 'le']);

/** By which the durations of the rules are shortened. */
const FACTOR = 45;
/**
 * What the panels read once an hour, once a second: no test waits for an hour to begin. And with the quantiles of histograms
 * without observations, which are NaN: the series are there.
 */
const shortened = (expr: string) => fillVariables(shortenWindows(expr, 3_600)).replace(/ >= 0$/, '');

const log = (line: string) => process.stderr.write(`${line}\n`);

let programs: MonitoringPrograms;
let service: RunningService;
let exporter: ChildServer;
let blackbox: ChildServer;
let directory: string;
let prometheus: TestPrometheus;
let load: RunningLoad;

beforeAll(async () => {
  programs = await monitoringPrograms(log);
  directory = mkdtempSync(join(tmpdir(), 'monitoring-contract-'));
  service = await RunningService.start({
    QUERY_TIMING_SLOW_THRESHOLD_MS: '0',
    SEED_DATA: 'true',
    // Neither responds: their metrics are there nevertheless.
    DATABASE_REPLICA_URL: 'postgres://nothing@127.0.0.1:1/listens',
    RATE_LIMIT: '1000000',
    RATE_LIMIT_STORE: 'redis://127.0.0.1:1',
    OUTBOX_RELAY: 'true',
  });
  // Bloat is estimated from its statistics.
  await service.rows('ANALYZE');
  const database = await prepareExporterRole(service.database.adminUrl);
  exporter = await startExporter(await exporterProgram(log), database);
  blackbox = await startBlackboxExporter(directory, log);
  load = readCatalogue(service.url, await service.token(), { callers: 2 });
  prometheus = await TestPrometheus.start({
    program: programs.prometheus,
    directory,
    // A slow machine needs most of a second for a scrape.
    scrapeMs: 1_000,
    scrapeMsOf: { postgres: 2_000 },
    targets: {
      ordering: new URL(service.service.managementUrl).host,
      postgres: new URL(exporter.url).host,
    },
    probe: { job: 'ordering', url: ready(), exporter: blackbox.url },
    factor: FACTOR,
  });
  prometheus.loadRules();
  // Prometheus has metrics of its rules from then on.
  while (!(await (await fetch(`${prometheus.server.url}/metrics`)).text()).includes('rule_evaluation_failures'))
    await delay(100);
}, 180_000);
afterAll(async () => {
  await load?.stop();
  await prometheus?.stop();
  await exporter?.stop();
  await blackbox?.stop();
  await service?.stop();
  if (directory) rmSync(directory, { recursive: true, force: true });
});

const ready = () => `${service.service.managementUrl}/health/ready`;

/** The names of the series that all targets export, with their labels. A histogram may be native. */
async function exported(): Promise<Map<string, Set<string>>> {
  const urls = [service.service.managementUrl, prometheus.server.url, exporter.url].map((url) => `${url}/metrics`);
  urls.push(`${blackbox.url}/probe?${new URLSearchParams({ module: MODULE, target: ready() })}`);
  const texts = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
  const text = texts.join('\n');
  const metrics = queriedMetrics();
  for (const [, name, labels = ''] of text.matchAll(/^([a-z_:][\w:]*)(?:\{(.*)\})? /gm)) {
    const known = metrics.get(name!) ?? new Set();
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
    metrics.set(name!, known);
    if (name!.endsWith('_bucket')) metrics.set(name!.slice(0, -'_bucket'.length), known);
  }
  return metrics;
}

describe('the PromQL of rules, panels and pages', () => {
  it('uses only metrics and labels that the service and the exporter of PostgreSQL export', async () => {
    let metrics = await exported();
    // The line that sent a statement is known when it runs again.
    while (!metrics.has('db_statement_origin_info')) {
      await delay(100);
      metrics = await exported();
    }
    const missing = everything.flatMap(([where, expr]) => {
      const uses = metricsIn(fillVariables(expr));
      const labelsOfAll = new Set(uses.flatMap(({ metric }) => [...(metrics.get(metric) ?? [])]));
      return uses.flatMap(({ metric, labels }) => {
        if (recordings.has(metric) || ADDED_METRICS.has(metric) || isOfAlertmanager(metric)) return [];
        if (!metrics.has(metric)) return [`${where}: ${metric}`];
        return labels
          .filter((label) => !ADDED_LABELS.has(label) && !labelsOfAll.has(label))
          .map((label) => `${where}: ${metric}{${label}}`);
      });
    });
    expect(missing).toEqual([]);
  }, 60_000);

  it('is valid for Prometheus', async () => {
    const broken = await Promise.all(
      [...builtExpressions, ...panelExpressions, ...pageExpressions].map(([where, expr]) =>
        prometheus.query(fillVariables(expr)).then(
          () => [],
          (error: Error) => [`${where}: ${error.message}`],
        ),
      ),
    );
    expect(broken.flat()).toEqual([]);
  });

  it('returns data for every panel and every recording rule while the service has traffic', async () => {
    // Every query counts as slow here, so that there are alerts to show. With shortened durations, an hour is 80 s.
    // What is usual needs a week.
    const recorded = ruleExpressions.filter(
      ([name]) =>
        recordings.has(name) && !name.includes(':usual_') && !(HAS_NATIVE_HISTOGRAMS && name.includes('_bucket:')),
    );
    type Expressions = readonly (readonly [where: string, expr: string])[];
    const withoutData = async (expressions: Expressions): Promise<Expressions> => {
      const results = await Promise.all(
        expressions.map(([where, expr]) => prometheus.query(recordings.has(where) ? where : shortened(expr))),
      );
      return expressions.filter((_, index) => results[index]!.length === 0);
    };
    // On a slow machine, some of the shortened ranges have too few scrapes from time to time.
    let missing = await withoutData([...panelExpressions, ...recorded].filter(([, expr]) => !needsStandby(expr)));
    const giveUpAt = performance.now() + 75_000;
    while (missing.length > 0 && performance.now() < giveUpAt) {
      await delay(250);
      missing = await withoutData(missing);
    }
    expect(missing.map(([where]) => where)).toEqual([]);
  }, 90_000);
});

describe('the dashboard', () => {
  it('has the seven required panels, and rows from what pages to what may cause it', () => {
    const titles = panels.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining([
        'Query Rate by Type',
        'Query Duration p99',
        'Query Duration Percentiles',
        'Slow Query Rate by Type',
        'Slow Query Percentage',
        'Query Distribution by Type',
        'Query Statistics by Type',
      ]),
    );
    expect(dashboard.uid).toBe('database-query-performance');
    expect(rows.map(({ title }) => title)).toEqual([
      'What pages',
      'Requests',
      'Queries',
      'Top statements',
      'Instances',
      'Errors and time-outs',
      'Connection pool',
      'Transactions',
      'Units of work',
      'Service',
      'PostgreSQL server',
      'Process',
    ]);
  });

  it('filters every query by all variables that its metrics have labels for', async () => {
    const metrics = await exported();
    const forgotten = panelExpressions.flatMap(([where, expr]) =>
      metricsIn(expr).flatMap(({ metric, labels }) => {
        const possible =
          recordings.has(metric) || metric === 'ALERTS' || isOfServer(metric) || isOfProbe(metric) ? [] : ['instance'];
        const typed = metrics.get(metric)?.has('query_type') ? ['query_type'] : [];
        return ['cluster', 'namespace', 'job', ...possible, ...typed]
          .filter((name) => !labels.includes(name))
          .map((name) => `${where}: ${metric} without ${name}`);
      }),
    );
    expect(forgotten).toEqual([]);
  });

  it('draws the line of an alert where the alert begins', () => {
    const alerts = new Map(rules.filter(isAlert).map((rule) => [rule.alert, rule]));
    const lines = panels.flatMap(({ title, lines = [] }) => lines.map((line) => ({ title, ...line })));
    const wrong = lines.filter(({ alert, severity, at, times = 1 }) => {
      const { expr = '', labels } = alerts.get(alert) ?? {};
      const limits = [...expr.matchAll(/> ([\d.]+)/g)].map(([, limit]) => Number(limit));
      return labels?.severity !== severity || !limits.includes(Number((at * times).toPrecision(12)));
    });
    expect(wrong).toEqual([]);
    expect(lines.length).toBeGreaterThan(10);
  });

  it('has an id, a description, a legend and a unit for every panel, and no fixed rate windows', () => {
    const built = (dashboard.panels ?? []).filter(({ type }) => type !== 'row') as any[];
    expect(new Set(built.map(({ id }) => id)).size).toBe(built.length);
    for (const panel of built) {
      expect(panel.description).toMatch(/\.$/);
      expect(panel.fieldConfig.defaults.unit).toBeTruthy();
      const { legend } = panel.options;
      if (legend) expect(legend.showLegend ?? legend.show).toBe(true);
      for (const { expr } of panel.targets) expect(expr).not.toMatch(/\[\d+[sm]\]/);
    }
  });
});

it('every alert has a run-book, and its link names an existing heading', () => {
  const pages = readdirSync(RUNBOOKS).filter((name) => name !== 'README.md');
  const alerts = rules.filter(isAlert).map(({ alert }) => `${alert}.md`);
  expect(pages.sort()).toEqual(alerts.sort());
  for (const { annotations, alert } of rules.filter(isAlert)) {
    const page = readFileSync(join(RUNBOOKS, `${alert}.md`), 'utf8');
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text]) => text!.toLowerCase().replaceAll(' ', '-'));
    expect(headings).toContain(annotations.runbook_url!.split('#')[1]);
    expect(headings).toEqual(
      expect.arrayContaining(['what-it-means', 'impact', 'how-to-confirm', 'what-to-do-now', 'what-to-do-next']),
    );
  }
});
