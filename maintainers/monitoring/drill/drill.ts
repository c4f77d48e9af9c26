import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { signForRunningService } from '../../../src/infrastructure/auth/development-issuer';
import { SERVICE_NAME } from '../../../src/infrastructure/config/service-name';
import { FaultyNetwork } from '../../../test/support/faulty-network';
import { ServiceProcess } from '../../../test/support/service-process';
import { MONITORING, ROOT } from '../../../tools/monitoring/paths';
import type { MonitoringPrograms } from '../../../test/monitoring/support/programs';
import { alertsAt, startAlertmanager } from '../../../test/monitoring/support/alertmanager';
import { startBlackboxExporter } from '../../../test/monitoring/support/blackbox-exporter';
import { ChildServer, freePort } from '../../../test/monitoring/support/child-server';
import { lockCatalogue, readCatalogue } from '../../../test/monitoring/support/load';
import { TestPrometheus } from '../../../test/monitoring/support/prometheus';
import { Receivers } from '../../../test/monitoring/support/receivers';
import { freeze } from './frozen-processes';

/** One minute of the rules takes one second in the drill. */
const SPEED_UP = 60;
const JOB = SERVICE_NAME;
/** Above the threshold of the latency objective, below those of the percentile alerts. */
const LOCK_MS = 400;
/** As many connections as the load has callers: none waits for one while the server responds. */
const POOL_SIZE = 4;
/** Further callers fail immediately: the 3 s that one waits for a connection would be three minutes here. */
const POOL_QUEUE = 4;
/** From an outage to its page: two minutes of the rules, and half a second for the programs, which are no faster here. */
const MAX_MINUTES_TO_PAGE = 2 + 0.5 * (SPEED_UP / 60);

export interface DrillOptions {
  readonly programs: MonitoringPrograms;
  /** An empty folder for configuration and data. */
  readonly directory: string;
  /** The connection string of the service. */
  readonly databaseUrl: string;
  /** For a role that may lock the service's tables. */
  readonly adminUrl: string;
  /** Process id of the server. */
  readonly postgresPid: number;
  /** Called with one line per step. */
  readonly log: (line: string) => void;
}

export interface DrillReport {
  /** Every notification that was sent during the drill. */
  readonly messages: Receivers['messages'];
}

/**
 * Exercises the whole path from a slow query to the person on call: the real service under load, the real Prometheus and
 * Alertmanager with the committed rules, configuration and templates, and stub receivers on loopback.
 *
 * @throws if an expected notification does not arrive, or an unexpected one does
 */
export async function drill({
  programs,
  directory,
  databaseUrl,
  adminUrl,
  postgresPid,
  log,
}: DrillOptions): Promise<DrillReport> {
  const cleanups: (() => unknown)[] = [];
  try {
    const receivers = await Receivers.start();
    cleanups.push(() => receivers.stop());
    const network = await FaultyNetwork.before(databaseUrl);
    cleanups.push(() => network.close());
    const service = new ServiceProcess({
      DATABASE_URL: network.url,
      DATABASE_POOL_SIZE: String(POOL_SIZE),
      DATABASE_POOL_QUEUE: String(POOL_QUEUE),
      MAX_REQUESTS_IN_PROGRESS: '0',
      RATE_LIMIT: '0',
      SEED_DATA: 'true',
    });
    cleanups.push(async () => {
      service.signal('SIGKILL');
      await service.ended;
    });
    const url = await service.ready();
    const relay = await startWatchdogRelay(directory, `${receivers.url}/watchdog`);
    cleanups.push(() => relay.stop());
    const blackbox = await startBlackboxExporter(directory, log);
    cleanups.push(() => blackbox.stop());
    const alertmanager = await startAlertmanager(
      programs.alertmanager,
      join(directory, 'am'),
      receivers,
      SPEED_UP,
      `${relay.url}/watchdog`,
    );
    cleanups.push(() => alertmanager.stop());
    const prometheus = await TestPrometheus.start({
      program: programs.prometheus,
      directory: join(directory, 'prometheus'),
      // As often per minute of the rules as in production.
      scrapeMs: 250,
      targets: { [JOB]: new URL(url).host },
      probe: { job: JOB, url: `${url}/health/ready`, exporter: blackbox.url },
      alertmanager: alertmanager.url,
      factor: SPEED_UP,
    });
    cleanups.push(() => prometheus.stop());
    log(`service, Prometheus and Alertmanager are running; one minute of the rules takes ${60 / SPEED_UP} s`);

    const token = await signForRunningService(Number(new URL(url).port), { subject: 'alice', scopes: [] });
    const load = readCatalogue(url, token, { callers: POOL_SIZE });
    cleanups.push(() => load.stop());
    await until(
      'traffic in Prometheus',
      async () => (await prometheus.query('rate(db_queries_total[5s]) > 1')).length > 0,
    );
    prometheus.loadRules();
    await receivers.until('heartbeat', 'watchdog', () => true);
    expectNothing(receivers, 'while everything is healthy');
    log('under load, everything is healthy: only the watchdog alert arrives');

    const lock = await lockCatalogue(adminUrl, LOCK_MS);
    cleanups.push(() => lock.stop());
    log(`a session locks the products table for ${LOCK_MS} ms at a time: queries become slow`);
    const slow = `More than 10 % of the queries of ${JOB} are slow (drill)`;
    const isWarning = hasTitle(`[WARNING] More than 5 % of the queries of ${JOB} are slow (drill)`);
    const page = await receivers.until('page', 'pagerduty', isPage('SlowQueryRateCritical'));
    // The share of slow queries passes 5 % before 10 %: a warning may come first. Once the page is there, none may follow.
    const warnings = receivers.of('slack').filter(isWarning).length;
    log(`PagerDuty: ${page.payload.summary}`);
    await checkPage(page, 'SlowQueryRateCritical');
    const post = await receivers.until('message', 'slack', hasTitle(`[CRITICAL] ${slow}`));
    log(`Slack ${post.channel}: ${post.attachments[0].title}`);
    check(
      post.channel === '#database-critical' && post.attachments[0].color === 'danger',
      'the wrong channel or colour',
    );
    const mail = await receivers.until('mail', 'email', ({ subject }) => subject === `[CRITICAL] ${slow}`);
    log(`mail: ${mail.subject}`);
    check(mail.source.includes('/docs/runbooks/SlowQueryRateCritical.md'), 'the mail has no link to the run-book');

    await until(
      'the warning to be muted',
      async () => stateOf(await alertsAt(alertmanager), 'SlowQueryRateWarning') === 'suppressed',
    );
    await heartbeats(receivers, 2);
    check(receivers.of('slack').filter(isWarning).length === warnings, 'the muted warning reached Slack');
    log('SlowQueryRateWarning fires too, but is muted because of the critical alert');

    await lock.stop();
    log('the lock is released');
    await receivers.until(
      'resolved page',
      'pagerduty',
      (body) => body.event_action === 'resolve' && body.dedup_key === page.dedup_key,
    );
    log('PagerDuty: resolved');
    await receivers.until('message', 'slack', hasTitle(`[RESOLVED] ${slow}`));
    await receivers.until('mail', 'email', ({ subject }) => subject === `[RESOLVED] ${slow}`);
    log('Slack and mail: resolved');

    network.goDown();
    log('PostgreSQL is gone');
    await outage(receivers, log, async () => {
      await receivers.until('alert of the probe', 'pagerduty', isPage('ServiceNotReady'));
      log('the probe of readiness fails, too: it is in the same page');
      network.comeBack();
      log('PostgreSQL is back');
    });

    const thaw = freeze(postgresPid);
    cleanups.push(thaw);
    log('PostgreSQL is frozen: it keeps its connections and does not respond');
    // Clients do not wait for the responses to others: while nothing responds, there are soon more requests than connections.
    const crowd = readCatalogue(url, token, { callers: POOL_SIZE + 2 * POOL_QUEUE, pauseMs: 50 });
    cleanups.push(() => crowd.stop());
    await outage(receivers, log, async () => {
      thaw();
      log('PostgreSQL continues');
      await crowd.stop();
    });

    service.signal('SIGKILL');
    await service.ended;
    log('the service is killed');
    const down = `No instance of ${JOB} reports database metrics (drill)`;
    const second = await receivers.until('page', 'pagerduty', isPage('DatabaseMetricsNotReporting'));
    log(`PagerDuty: ${second.payload.summary}`);
    await checkPage(second, 'DatabaseMetricsNotReporting');
    await receivers.until('message', 'slack', hasTitle(`[CRITICAL] ${down}`));
    await receivers.until('mail', 'email', ({ subject }) => subject === `[CRITICAL] ${down}`);
    await heartbeats(receivers, 2);
    const pages = receivers.of('pagerduty').filter(isPage('DatabaseMetricsNotReporting'));
    const keys = new Set(pages.map(({ dedup_key: key }) => key));
    check(keys.size === 1, `${keys.size} pages for one service that is down`);
    log('exactly one page was sent');
    return { messages: receivers.messages };
  } finally {
    for (const step of cleanups.reverse()) await step();
  }
}

/** The database is gone, and later back: the page arrives in time, and is resolved only then. */
async function outage(receivers: Receivers, log: DrillOptions['log'], end: () => Promise<void>): Promise<void> {
  const since = performance.now();
  // All incidents of a job have one key: only what is sent later belongs to this one.
  const earlier = new Set(receivers.of('pagerduty'));
  const isUnreachable = isPage('DatabaseUnreachable');
  const page = await receivers.until('page', 'pagerduty', (body) => !earlier.has(body) && isUnreachable(body));
  const minutes = ((performance.now() - since) * SPEED_UP) / 60_000;
  log(`PagerDuty: ${page.payload.summary}, after ${minutes.toFixed(1)} minutes of the rules`);
  check(minutes <= MAX_MINUTES_TO_PAGE, `the page took ${minutes.toFixed(1)} minutes of the rules`);
  await checkPage(page, 'DatabaseUnreachable');
  const before = new Set(receivers.of('pagerduty'));
  const isResolved = (body: any) => body.event_action === 'resolve' && !before.has(body);
  await heartbeats(receivers, 5);
  check(!receivers.of('pagerduty').some(isResolved), 'the page was resolved during the outage');
  await end();
  // The budget's window of half an hour has to pass too.
  await receivers.until('resolved page', 'pagerduty', isResolved, 90_000);
  log('PagerDuty: resolved');
}

/** One page is one incident: it may have other alerts too. */
const isPage = (alert: string) => (body: any) =>
  body.event_action === 'trigger' && body.payload.custom_details.alerts.split(', ').includes(alert);
const hasTitle = (title: string) => (body: any) => body.attachments?.[0]?.title === title;

/** Checks that a page has both links, and that its run-book exists. */
async function checkPage(page: any, alert: string): Promise<void> {
  const links = page.links.map(({ href }: { href: string }) => href).join(' ');
  const { runbooks } = page.payload.custom_details;
  const path = `docs/runbooks/${alert}.md`;
  check(runbooks.includes(`/${path}#`) && existsSync(join(ROOT, path)), `no run-book in ${runbooks}`);
  check(
    links.includes(`/d/database-query-performance?var-namespace=drill&var-job=${JOB}`),
    `no dashboard link in ${links}`,
  );
  check(
    page.payload.severity === 'critical' && page.payload.component === JOB,
    'the page has the wrong severity or job',
  );
}

/** Waits for `count` more heartbeats, one per minute of the rules: longer than Alertmanager waits before it sends an alert. */
async function heartbeats(receivers: Receivers, count: number): Promise<void> {
  const before = receivers.of('watchdog').length;
  await until(`${count} heartbeats`, async () => receivers.of('watchdog').length >= before + count);
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

/** The relay as shipped, which forwards to a stub. */
async function startWatchdogRelay(directory: string, to: string): Promise<ChildServer> {
  const file = join(directory, 'watchdog-url');
  writeFileSync(file, `${to}\n`);
  const port = await freePort();
  const program = join(MONITORING, 'watchdog-relay.mjs');
  return ChildServer.start(process.execPath, [program, file, String(port)], `http://127.0.0.1:${port}`);
}

/** Polls until the condition holds. */
async function until(what: string, holds: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`The drill timed out waiting for ${what}.`);
    await delay(100);
  }
}
