import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { isAlert, readRules, type RuleFile } from './rules';
import { MODULE } from './blackbox-exporter';
import { ChildServer, freePort } from './child-server';
import { shortenDuration, shortenWindows } from './shortened-durations';

/** Scrapes classic histograms as native ones, as Prometheus 3.4 and later can. */
export const HAS_NATIVE_HISTOGRAMS = process.env.MONITORING_NATIVE_HISTOGRAMS === 'true';

export interface PrometheusOptions {
  readonly program: string;
  /** For configuration and data; no other process may use it. */
  readonly directory: string;
  readonly scrapeMs: number;
  /** Of jobs that take longer. */
  readonly scrapeMsOf?: Readonly<Record<string, number>>;
  /** `host:port` by job. */
  readonly targets: Readonly<Record<string, string>>;
  /** Whose readiness blackbox_exporter probes, with the job of the service. */
  readonly probe?: { readonly job: string; readonly url: string; readonly exporter: string };
  readonly alertmanager?: string;
  /** The durations of the rules are divided by this. */
  readonly factor?: number;
  /** Changes the expressions of the rules, such as a threshold that a test cannot wait for. */
  readonly rewrite?: (expr: string) => string;
  /** Features of Prometheus to enable. */
  readonly features?: readonly string[];
}

const LABELS = { namespace: 'drill' };

/** As in prometheus.yml. */
const probing = ({ job, url, exporter }: NonNullable<PrometheusOptions['probe']>) => ({
  job_name: 'readiness',
  metrics_path: '/probe',
  params: { module: [MODULE] },
  static_configs: [{ targets: [url], labels: { ...LABELS, job } }],
  relabel_configs: [
    { source_labels: ['__address__'], target_label: '__param_target' },
    { source_labels: ['__param_target'], target_label: 'instance' },
    { target_label: '__address__', replacement: new URL(exporter).host },
  ],
});

const timesOf = (ms: number) => ({ scrape_interval: `${ms}ms`, scrape_timeout: `${ms}ms` });

/** Prometheus with the project's rules, whose durations are shortened. */
export class TestPrometheus {
  private constructor(
    readonly server: ChildServer,
    private readonly options: PrometheusOptions,
  ) {}

  /** Starts without rules: load them after the first scrapes. */
  static async start(options: PrometheusOptions): Promise<TestPrometheus> {
    const { directory, scrapeMs, scrapeMsOf = {}, targets, probe, alertmanager, program, features = [] } = options;
    mkdirSync(directory, { recursive: true });
    const config = {
      global: { ...timesOf(scrapeMs), evaluation_interval: `${scrapeMs}ms` },
      rule_files: ['rules-*.yml'],
      scrape_configs: [
        ...(probe ? [probing(probe)] : []),
        ...Object.entries(targets).map(([job, target]) => ({
          job_name: job,
          ...(HAS_NATIVE_HISTOGRAMS ? { convert_classic_histograms_to_nhcb: true } : {}),
          ...(scrapeMsOf[job] ? timesOf(scrapeMsOf[job]) : {}),
          static_configs: [{ targets: [target], labels: LABELS }],
        })),
      ],
      ...(alertmanager
        ? { alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager).host] }] }] } }
        : {}),
    };
    writeFileSync(join(directory, 'prometheus.yml'), stringify(config));
    const port = await freePort();
    const server = await ChildServer.start(
      program,
      [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--rules.alert.resend-delay=1s',
        '--log.level=warn',
        ...[...features, ...(HAS_NATIVE_HISTOGRAMS ? ['native-histograms'] : [])].map(
          (feature) => `--enable-feature=${feature}`,
        ),
      ],
      `http://127.0.0.1:${port}`,
      '/-/ready',
    );
    return new TestPrometheus(server, options);
  }

  /** Before the first scrapes, every alert for missing metrics would fire. */
  loadRules(): void {
    const { directory, factor = 1, rewrite = (expr: string) => expr } = this.options;
    const shortened: RuleFile = {
      groups: readRules().groups.map((group) => ({
        ...group,
        rules: group.rules.map((rule) => ({
          ...rule,
          expr: shortenWindows(rewrite(rule.expr), factor),
          ...(isAlert(rule) && rule.for ? { for: shortenDuration(rule.for, factor) } : {}),
          ...(isAlert(rule) && rule.keep_firing_for
            ? { keep_firing_for: shortenDuration(rule.keep_firing_for, factor) }
            : {}),
        })),
      })),
    };
    writeFileSync(join(directory, 'rules-database.yml'), stringify(shortened, { aliasDuplicateObjects: false }));
    this.server.signal('SIGHUP');
  }

  /** @throws with the message of Prometheus if the expression is invalid */
  async query(expr: string): Promise<{ metric: Record<string, string>; value?: [number, string] }[]> {
    const response = await fetch(`${this.server.url}/api/v1/query?${new URLSearchParams({ query: expr })}`);
    const { status, data, error } = await response.json();
    if (status !== 'success') throw new Error(`${expr}\n${error}`);
    return data.resultType === 'vector' || data.resultType === 'matrix'
      ? data.result
      : [{ metric: {}, value: data.result }];
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
