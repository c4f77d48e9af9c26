import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { monitoringPrograms, type MonitoringPrograms } from './support/programs';
import { alertsAt, CONFIG, postAlerts, startAlertmanager } from './support/alertmanager';
import type { ChildServer } from './support/child-server';
import { Receivers } from './support/receivers';
import { alertsIn, readRules } from './support/rules';

const run = promisify(execFile);
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
        custom_details: {
          description: 'Something <b>& more.',
          alerts: 'QueryTimeouts',
          runbooks: expect.stringContaining(alert.annotations.runbook_url),
        },
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

  it('sends one page per job, whose title has the number of alerts and whose text has ten of them, then what is over', async () => {
    const here = { job: 'ordering', namespace: 'live' };
    const alerts = Array.from({ length: 12 }, (_, index) => firing(`Alert${10 + index}`, 'critical', here));
    const described = alerts.map((alert) => ({
      ...alert,
      annotations: { ...alert.annotations, description: `${alert.labels.alertname} is bad.` },
    }));
    const places: Readonly<Record<string, string>>[] = [
      { namespace: 'staging' },
      { cluster: 'west' },
      { job: 'billing' },
    ];
    const elsewhere = places.map((place, index) => firing(`Elsewhere${index}`, 'critical', { ...here, ...place }));
    await postAlerts(alertmanager, [...described, ...elsewhere]);
    const names = (body: any): string => body.payload?.custom_details.alerts ?? '';
    const ofHere = (body: any) => names(body).includes('Alert');
    const page = await receivers.until('page', 'pagerduty', ofHere);
    expect(page.payload.summary).toBe('[CRITICAL 12 of 12] Alert10 of ordering (live)');
    const lines = page.payload.custom_details.description.split('\n');
    expect(lines).toEqual([
      ...described.slice(0, 10).map(({ annotations: { description } }) => description),
      '… and more: 12 alerts fire.',
    ]);

    const ended = { endsAt: new Date(Date.now() - 1_000).toISOString() };
    await postAlerts(
      alertmanager,
      described.slice(0, 10).map((alert) => ({ ...alert, ...ended })),
    );
    const next = await receivers.until('update', 'pagerduty', (body) => ofHere(body) && body !== page);
    expect(next.payload.summary).toBe('[CRITICAL 2 of 12] Alert20 of ordering (live)');
    expect(next.dedup_key).toBe(page.dedup_key);
    expect(next.payload.custom_details.description).toBe('Alert20 is bad.\nAlert21 is bad.\nOver: 10.');
    for (const { labels } of elsewhere)
      await receivers.until('page', 'pagerduty', (body) => names(body).includes(labels.alertname));
    expect(new Set(receivers.of('pagerduty').map(({ dedup_key: key }) => key)).size).toBe(4);
  }, 40_000);

  it('sends one message for the warnings of one name, job, namespace and cluster', async () => {
    const here = { job: 'ordering', namespace: 'live' };
    const places: Readonly<Record<string, string>>[] = [
      here,
      { ...here, job: 'billing' },
      { ...here, namespace: 'staging' },
      { ...here, cluster: 'west' },
    ];
    const warnings = [...places.map((place) => firing('Slow', 'warning', place)), firing('Late', 'warning', here)].map(
      (warning, index) => ({
        ...warning,
        annotations: { ...warning.annotations, description: `Warning ${index}.` },
      }),
    );
    await postAlerts(alertmanager, warnings);
    const textOf = (message: any): string => message.attachments[0].text;
    for (const { annotations: texts } of warnings)
      await receivers.until('message', 'slack', (message) => textOf(message).includes(texts.description));
    expect(receivers.of('slack')).toHaveLength(warnings.length);
  }, 40_000);

  it('sends an alert without annotations with its name and no broken link', async () => {
    await postAlerts(alertmanager, [{ labels: { alertname: 'Bare', severity: 'critical' } }]);
    const page = await receivers.until('page', 'pagerduty', () => true);
    expect(page.payload.summary).toBe('[CRITICAL] Bare');
    for (const { href } of page.links) expect(href).toMatch(/^http:.*\/#\/alerts$/);
    const { attachments } = await receivers.until('message', 'slack', () => true);
    expect(attachments[0]).toMatchObject({ title: '[CRITICAL] Bare', text: 'Bare' });
    const mail = await receivers.until('mail', 'email', () => true);
    expect(mail.source).not.toMatch(/href=""|Run-book|Dashboard/);
  }, 40_000);

  it('sends the end of a warning that was sent and then muted: it stays longer than the critical alert', async () => {
    const here = { job: 'ordering', namespace: 'live' };
    const [critical, warning] = [firing('Bad', 'critical', here), firing('Worse', 'warning', here)];
    await postAlerts(alertmanager, [warning]);
    await receivers.until(
      'message',
      'slack',
      ({ attachments: [one] }) => one.title === '[WARNING] Worse of ordering (live)',
    );
    const kept = (severity: string) =>
      Math.min(
        ...alertsIn(readRules())
          .filter(({ labels }) => labels.severity === severity)
          .map(({ keep_firing_for: keep }) => Number.parseFloat(keep!)),
      );
    // The condition of both ends now. A minute is a second here.
    const after = (minutes: number) => ({ endsAt: new Date(Date.now() + minutes * 1_000).toISOString() });
    await postAlerts(alertmanager, [
      { ...critical, ...after(kept('critical')) },
      { ...warning, ...after(kept('warning')) },
    ]);
    await receivers.until('page', 'pagerduty', () => true);
    await receivers.until(
      'message',
      'slack',
      ({ attachments: [one] }) => one.title === '[RESOLVED] Worse of ordering (live)',
    );
  }, 60_000);

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
      firing('CriticalWithoutJob', 'critical', {}),
      firing('WarningWithoutJob', 'warning', {}),
      firing('WarningInCluster', 'warning', { ...here, cluster: 'east' }),
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
      CriticalWithoutJob: 'active',
      WarningWithoutJob: 'active',
      WarningInCluster: 'active',
    });
  });

  it('mutes nothing because of a warning', () => {
    const { inhibit_rules: rules } = parse(readFileSync(CONFIG, 'utf8'));
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatchObject({
      source_matchers: ['severity = "critical"', 'job =~ ".+"'],
      target_matchers: ['severity =~ "warning|info"', 'job =~ ".+"'],
      equal: ['cluster', 'namespace', 'job'],
    });
  });
});
