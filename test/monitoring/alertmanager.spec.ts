import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { MONITORING } from '../../tools/monitoring/paths';
import { monitoringPrograms, type MonitoringPrograms } from './support/programs';
import { alertsAt, postAlerts, startAlertmanager } from './support/alertmanager';
import type { ChildServer } from './support/child-server';
import { Receivers } from './support/receivers';
import { alertsIn, readRules } from './support/rules';

const run = promisify(execFile);
const CONFIG = join(MONITORING, 'alertmanager-config.yml');
let programs: MonitoringPrograms;
beforeAll(async () => {
  programs = await monitoringPrograms((line) => process.stderr.write(`${line}\n`));
}, 180_000);

describe('the Alertmanager configuration', () => {
  it('passes amtool check-config, has five receivers and is one YAML document', async () => {
    const { stdout } = await run(programs.amtool, ['check-config', CONFIG]);
    expect(stdout).toMatch(/SUCCESS/);
    expect(stdout).toMatch(/5 receivers/);
    expect(readFileSync(CONFIG, 'utf8')).not.toMatch(/^---/m);
  });

  it('contains no secrets, no variables to expand and no deprecated matchers', () => {
    const text = readFileSync(CONFIG, 'utf8');
    expect(text).not.toContain('${');
    expect(text).not.toMatch(/^\s*(?:match|match_re|service_key|routing_key|smtp_auth_password|api_url):/m);
  });

  const RECEIVERS: Readonly<Record<string, string>> = {
    critical: 'pagerduty,slack,email',
    warning: 'slack,email',
    info: 'slack-info',
    none: 'watchdog',
  };
  it.each([
    ...alertsIn(readRules()).map(
      ({ alert, labels }) => [alert, labels.severity!, RECEIVERS[labels.severity!]!] as const,
    ),
    ['an alert with an unknown severity', 'unknown', 'email'] as const,
  ])('%s (%s) goes to %s', async (alertname, severity, receivers) => {
    const labels = [`alertname=${alertname}`, `severity=${severity}`, 'job=ordering', 'namespace=shop'];
    const args = ['config', 'routes', 'test', `--config.file=${CONFIG}`, `--verify.receivers=${receivers}`, ...labels];
    await expect(run(programs.amtool, args)).resolves.toBeDefined();
  });
});

describe('a running Alertmanager', () => {
  let directory: string;
  let receivers: Receivers;
  let alertmanager: ChildServer;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'monitoring-alertmanager-'));
    receivers = await Receivers.start();
    alertmanager = await startAlertmanager(programs.alertmanager, directory, receivers, 60);
  });
  afterEach(async () => {
    await alertmanager.stop();
    await receivers.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const annotations = (alert: string) => ({
    summary: `${alert} of ordering`,
    description: 'Something <b>& more.',
    runbook_url: `https://runbooks.example.com/docs/runbooks/${alert}.md#${alert.toLowerCase()}`,
    dashboard_url: 'https://grafana.example.com/d/database-query-performance?var-job=ordering',
  });
  const firing = (alertname: string, severity: string, place: Readonly<Record<string, string>>) => ({
    labels: { alertname, severity, ...place },
    annotations: annotations(alertname),
  });

  it('renders a page, a message and a mail with links, and sends resolved notifications', async () => {
    const alert = firing('QueryTimeouts', 'critical', { job: 'ordering', namespace: 'shop' });
    await postAlerts(alertmanager, [alert, firing('SlowQueryVolumeByType', 'info', { job: 'other' })]);
    const title = '[CRITICAL] QueryTimeouts of ordering (shop)';
    const page = await receivers.until('page', 'pagerduty', () => true);
    expect(page).toMatchObject({
      event_action: 'trigger',
      routing_key: 'a key',
      payload: {
        summary: title,
        severity: 'critical',
        class: 'QueryTimeouts',
        component: 'ordering',
        group: 'shop',
        custom_details: { description: 'Something <b>& more.', runbook: alert.annotations.runbook_url },
      },
      links: [{ href: alert.annotations.runbook_url }, { href: alert.annotations.dashboard_url }],
    });
    const critical = await receivers.until('message', 'slack', ({ channel }) => channel === '#database-critical');
    expect(critical.attachments[0]).toMatchObject({
      title,
      title_link: alert.annotations.runbook_url,
      color: 'danger',
      text:
        'Something <b>& more.\n' +
        `<${alert.annotations.runbook_url}|Run-book> · <${alert.annotations.dashboard_url}|Dashboard>`,
    });
    const info = await receivers.until('message', 'slack', ({ channel }) => channel === '#database-info');
    expect(info.attachments[0].title).toBe('[INFO] SlowQueryVolumeByType of ordering');
    const mail = await receivers.until('mail', 'email', ({ subject }) => subject === title);
    expect(mail.source).toContain(`href="${alert.annotations.runbook_url}"`);
    expect(mail.source).toContain('Something &lt;b&gt;&amp; more.');

    await postAlerts(alertmanager, [{ ...alert, endsAt: new Date(Date.now() - 1_000).toISOString() }]);
    await receivers.until('resolved page', 'pagerduty', (body) => body.event_action === 'resolve');
    const resolved = await receivers.until('message', 'slack', ({ attachments: [one] }) => one.color === 'good');
    expect(resolved.attachments[0].title).toBe('[RESOLVED] QueryTimeouts of ordering (shop)');
    await receivers.until('mail', 'email', ({ subject }) => subject === '[RESOLVED] QueryTimeouts of ordering (shop)');
  }, 40_000);

  it('mutes warning and info alerts of a job with a critical alert, and no other alert', async () => {
    const here = { job: 'ordering', namespace: 'shop' };
    const elsewhere = { job: 'ordering', namespace: 'staging' };
    const another = { job: 'billing', namespace: 'shop' };
    await postAlerts(alertmanager, [
      firing('Watchdog', 'none', {}),
      firing('CriticalHere', 'critical', here),
      firing('CriticalToo', 'critical', here),
      firing('WarningHere', 'warning', here),
      firing('InfoHere', 'info', here),
      firing('WarningElsewhere', 'warning', elsewhere),
      firing('InfoElsewhere', 'info', elsewhere),
      firing('WarningOfAnother', 'warning', another),
      firing('CriticalOfAnother', 'critical', { ...another, job: 'shipping' }),
    ]);
    const states = async () =>
      Object.fromEntries((await alertsAt(alertmanager)).map(({ labels, status }) => [labels.alertname, status.state]));
    // An alert is unprocessed until its first notification is due.
    while (Object.values(await states()).includes('unprocessed')) await delay(50);
    expect(await states()).toEqual({
      Watchdog: 'active',
      CriticalHere: 'active',
      CriticalToo: 'active',
      WarningHere: 'suppressed',
      InfoHere: 'suppressed',
      WarningElsewhere: 'active',
      InfoElsewhere: 'active',
      WarningOfAnother: 'active',
      CriticalOfAnother: 'active',
    });
  });

  it('mutes nothing because of a warning', () => {
    const { inhibit_rules: rules } = parse(readFileSync(CONFIG, 'utf8'));
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatchObject({ source_matchers: ['severity = "critical"'], equal: ['namespace', 'job'] });
  });
});
