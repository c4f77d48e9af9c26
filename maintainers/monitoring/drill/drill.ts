import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { signForRunningService } from '../../../src/infrastructure/auth/development-issuer';
import { SERVICE_NAME } from '../../../src/infrastructure/config/service-name';
import { ServiceProcess } from '../../../test/support/service-process';
import { ROOT } from '../../../tools/monitoring/paths';
import type { MonitoringPrograms } from '../../../test/monitoring/support/programs';
import { alertsAt, startAlertmanager } from '../../../test/monitoring/support/alertmanager';
import { lockCatalogue, readCatalogue } from '../../../test/monitoring/support/load';
import { TestPrometheus } from '../../../test/monitoring/support/prometheus';
import { Receivers } from '../../../test/monitoring/support/receivers';

/** A minute of the rules is a second of the drill. */
const FACTOR = 60;
const JOB = SERVICE_NAME;
/** Longer than the slow-query threshold, shorter than what the percentile alerts look for. */
const LOCKED_MS = 180;

export interface DrillOptions {
  readonly programs: MonitoringPrograms;
  /** An empty folder for configurations and data. */
  readonly directory: string;
  /** For the service. */
  readonly databaseUrl: string;
  /** For whoever may lock its tables. */
  readonly adminUrl: string;
  /** Told what happens. */
  readonly tell: (line: string) => void;
}

/** What the drill is over says by its messages; whoever called it may look closer. */
export interface DrillReport {
  readonly messages: Receivers['messages'];
}

/**
 * The whole way from a slow query to the person on call: the real service under load, the real Prometheus and
 * Alertmanager with the committed rules, configuration and templates, and receivers on loopback.
 *
 * @throws when a message does not come, or one comes that must not
 */
export async function drill({ programs, directory, databaseUrl, adminUrl, tell }: DrillOptions): Promise<DrillReport> {
  const undo: (() => unknown)[] = [];
  try {
    const receivers = await Receivers.start();
    undo.push(() => receivers.stop());
    const service = new ServiceProcess({ DATABASE_URL: databaseUrl, RATE_LIMIT: '0', SEED_DATA: 'true' });
    undo.push(async () => {
      service.signal('SIGKILL');
      await service.ended;
    });
    const url = await service.ready();
    const alertmanager = await startAlertmanager(programs.alertmanager, join(directory, 'am'), receivers, FACTOR);
    undo.push(() => alertmanager.stop());
    const prometheus = await TestPrometheus.start({
      program: programs.prometheus,
      directory: join(directory, 'prometheus'),
      scrapeMs: 500,
      targets: { [JOB]: new URL(url).host },
      alertmanager: alertmanager.url,
      factor: FACTOR,
    });
    undo.push(() => prometheus.stop());
    tell(`the service, Prometheus and Alertmanager run; a minute of the rules is ${60 / FACTOR} s`);

    const token = await signForRunningService(Number(new URL(url).port), { subject: 'alice', scopes: [] });
    const load = readCatalogue(url, token);
    undo.push(() => load.stop());
    await until(
      'traffic in Prometheus',
      async () => (await prometheus.query('rate(db_queries_total[5s]) > 1')).length > 0,
    );
    prometheus.loadRules();
    await receivers.until('heartbeat', 'watchdog', () => true);
    expectNothing(receivers, 'while all is well');
    tell('under load, all is well: the watchdog is heard, and nobody else');

    const lock = await lockCatalogue(adminUrl, LOCKED_MS);
    undo.push(() => lock.stop());
    tell(`somebody locks the catalogue for ${LOCKED_MS} ms at a time: its queries are slow`);
    const slow = `More than 10 % of the queries of ${JOB} are slow (drill)`;
    const page = await receivers.until('page', 'pagerduty', isPage('trigger', `[CRITICAL] ${slow}`));
    tell(`PagerDuty: ${page.payload.summary}`);
    await checkPage(page, 'SlowQueryRateCritical');
    const post = await receivers.until('message', 'slack', hasTitle(`[CRITICAL] ${slow}`));
    tell(`Slack ${post.channel}: ${post.attachments[0].title}`);
    check(
      post.channel === '#database-critical' && post.attachments[0].color === 'danger',
      'the wrong channel or colour',
    );
    const mail = await receivers.until('mail', 'email', ({ subject }) => subject === `[CRITICAL] ${slow}`);
    tell(`mail: ${mail.subject}`);
    check(mail.source.includes('/docs/runbooks/SlowQueryRateCritical.md'), 'the mail has no link to the run-book');

    await until(
      'the warning to be muted',
      async () => stateOf(await alertsAt(alertmanager), 'SlowQueryRateWarning') === 'suppressed',
    );
    tell('SlowQueryRateWarning fires as well, and is muted by the page');

    await lock.stop();
    tell('the lock is gone');
    await receivers.until(
      'end of the page',
      'pagerduty',
      (body) => body.event_action === 'resolve' && body.dedup_key === page.dedup_key,
    );
    tell('PagerDuty: resolved');
    await receivers.until('message', 'slack', hasTitle(`[RESOLVED] ${slow}`));
    await receivers.until('mail', 'email', ({ subject }) => subject === `[RESOLVED] ${slow}`);
    tell('Slack and mail: resolved');

    service.signal('SIGKILL');
    await service.ended;
    tell('the service is killed');
    const gone = `No instance of ${JOB} reports database metrics (drill)`;
    const second = await receivers.until('page', 'pagerduty', isPage('trigger', `[CRITICAL] ${gone}`));
    tell(`PagerDuty: ${second.payload.summary}`);
    await checkPage(second, 'DatabaseMetricsNotReporting');
    await receivers.until('message', 'slack', hasTitle(`[CRITICAL] ${gone}`));
    await receivers.until('mail', 'email', ({ subject }) => subject === `[CRITICAL] ${gone}`);
    const heartbeats = receivers.of('watchdog').length;
    await until('two more heartbeats', async () => receivers.of('watchdog').length >= heartbeats + 2);
    const pages = receivers.of('pagerduty').filter(isPage('trigger', `[CRITICAL] ${gone}`));
    check(pages.length === 1, `${pages.length} pages for one service that is gone`);
    const warnings = receivers
      .of('slack')
      .filter(hasTitle(`[WARNING] More than 5 % of the queries of ${JOB} are slow (drill)`));
    check(warnings.length === 0, 'the muted warning reached Slack');
    tell('one page for it, and the muted warning reached nobody');
    return { messages: receivers.messages };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

const isPage = (action: string, summary: string) => (body: any) =>
  body.event_action === action && body.payload?.summary === summary;
const hasTitle = (title: string) => (body: any) => body.attachments?.[0]?.title === title;

/** A page says where to go on: both links are there, and the run-book is a file. */
async function checkPage(page: any, alert: string): Promise<void> {
  const links = page.links.map(({ href }: { href: string }) => href).join(' ');
  const path = /\/(docs\/runbooks\/\w+\.md)#/.exec(links)?.[1];
  check(path === `docs/runbooks/${alert}.md` && existsSync(join(ROOT, path)), `no run-book behind ${links}`);
  check(links.includes(`/d/database-query-performance?var-namespace=drill&var-job=${JOB}`), `no dashboard in ${links}`);
  check(
    page.payload.severity === 'critical' && page.payload.component === JOB,
    'the page has the wrong severity or job',
  );
}

function expectNothing(receivers: Receivers, when: string): void {
  const others = receivers.messages.filter(({ channel }) => channel !== 'watchdog');
  check(others.length === 0, `${others.length} messages ${when}: ${JSON.stringify(others[0]?.body)}`);
}

function stateOf(alerts: Awaited<ReturnType<typeof alertsAt>>, name: string): string | undefined {
  return alerts.find(({ labels }) => labels.alertname === name)?.status.state;
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`The drill failed: ${otherwise}.`);
}

/** For what tells nobody when it changes. */
async function until(what: string, holds: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`The drill waited in vain for ${what}.`);
    await delay(100);
  }
}
