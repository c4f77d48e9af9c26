import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { MONITORING } from '../../tools/monitoring/paths';
import { codeBlocks, read } from '../docs/pages';
import { alertsAt, CONFIG, postAlerts, startAlertmanager, type PostedAlert } from './support/alertmanager';
import type { ChildServer } from './support/child-server';
import { monitoringPrograms, type MonitoringPrograms } from './support/programs';
import { Receivers } from './support/receivers';

const PAGE = 'docs/guides/ON-CALL.md';
const HOURS = 3_600_000;
/** The commands of the page, without the comments, each in one line. */
const commands = codeBlocks(PAGE)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.replaceAll(/\\\n\s*/g, '').split('\n'))
  .filter((line) => line.startsWith('amtool'));
const jobOf = (command: string) => /\bjob=([\w-]+)/.exec(command)![1]!;

let programs: MonitoringPrograms;
let directory: string;
let receivers: Receivers;
let alertmanager: ChildServer;
beforeAll(async () => {
  programs = await monitoringPrograms((line) => process.stderr.write(`${line}\n`));
}, 180_000);
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'monitoring-on-call-'));
  receivers = await Receivers.start();
  alertmanager = await startAlertmanager(programs.alertmanager, directory, receivers, 60);
});
afterEach(async () => {
  await alertmanager.stop();
  await receivers.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** A command of the page, as a person pastes it. */
async function paste(command: string): Promise<string> {
  const path = `${dirname(programs.amtool)}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, USER: 'someone', PATH: path, ALERTMANAGER: alertmanager.url };
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { env });
  return stdout;
}

const firing = (alertname: string, severity: string, job: string): PostedAlert => ({
  labels: { alertname, severity, job },
});
const ended = (alert: PostedAlert): PostedAlert => ({ ...alert, endsAt: new Date(Date.now() - 1_000).toISOString() });

const stateOf = async (alertname: string) =>
  (await alertsAt(alertmanager)).find(({ labels }) => labels.alertname === alertname)?.status.state;
async function until(states: Readonly<Record<string, string>>): Promise<void> {
  for (const [alertname, state] of Object.entries(states)) while ((await stateOf(alertname)) !== state) await delay(50);
}
const silences = async () =>
  (await (await fetch(`${alertmanager.url}/api/v2/silences`)).json()) as {
    readonly endsAt: string;
    readonly createdBy: string;
    readonly status: { readonly state: string };
    readonly matchers: readonly { readonly name: string; readonly value: string }[];
  }[];

describe('the page about silences and escalation', () => {
  it('has commands that silence alerts, show, prolong and end their silences, and send a test alert', async () => {
    const [one, all, query, silenced, prolong, end, test] = commands as [string, ...string[]];
    const [name, job] = [/\balertname=(\w+)/.exec(one)![1]!, jobOf(all!)];
    await postAlerts(alertmanager, [firing(name, 'warning', jobOf(one)), firing('Other', 'warning', jobOf(one))]);
    await postAlerts(alertmanager, [firing('First', 'warning', job), firing('Second', 'critical', job)]);
    await paste(one);
    await until({ [name]: 'suppressed', Other: 'active', Second: 'active' });
    await paste(all!);
    await until({ First: 'suppressed', Second: 'suppressed', Other: 'active' });
    expect(await paste(query!)).toMatch(/someone/);
    // Without what a critical alert mutes.
    const listed = await paste(silenced!);
    expect([name, 'First', 'Second', 'Other'].filter((alertname) => listed.includes(alertname))).toEqual([
      name,
      'Second',
    ]);

    await paste(prolong!);
    const ofOne = (await silences()).filter(
      ({ status, matchers }) => status.state === 'active' && matchers.some(({ value }) => value === name),
    );
    expect(ofOne).toHaveLength(1);
    expect(Date.parse(ofOne[0]!.endsAt)).toBeGreaterThan(Date.now() + 1.5 * HOURS);
    await paste(end!);
    await until({ Second: 'active', [name]: 'suppressed', Other: 'active' });

    await paste(test!);
    await receivers.until('page', 'pagerduty', ({ payload }) => payload?.summary.includes('A test') === true);
  }, 60_000);

  it('warns of what is true: a silenced critical alert mutes the warnings of its job, and sends no end', async () => {
    expect(read(PAGE)).toContain('A silenced critical alert still mutes the warnings of its job.');
    expect(read(PAGE)).toContain('What ends while it is silenced sends no end.');
    const critical = firing('Bad', 'critical', 'a');
    await postAlerts(alertmanager, [critical]);
    await receivers.until('page', 'pagerduty', ({ event_action: action }) => action === 'trigger');
    await paste('amtool --alertmanager.url="$ALERTMANAGER" silence add --comment=a alertname=Bad job=a');
    await postAlerts(alertmanager, [firing('Worse', 'warning', 'a')]);
    await until({ Bad: 'suppressed', Worse: 'suppressed' });

    await postAlerts(alertmanager, [ended(critical)]);
    await until({ Worse: 'active' });
    // Later than an end would be: after a time between two messages of one group.
    await postAlerts(alertmanager, [firing('Later', 'critical', 'b')]);
    const isLater = ({ payload }: any) => payload?.component === 'b';
    await receivers.until('page', 'pagerduty', isLater);
    await postAlerts(alertmanager, [ended(firing('Later', 'critical', 'b'))]);
    await receivers.until('end', 'pagerduty', ({ event_action: action }) => action === 'resolve');
    const ends = receivers.of('pagerduty').filter(({ event_action: action }) => action === 'resolve');
    expect(ends).toHaveLength(1);
  }, 60_000);

  it('quotes the times and channels of the routes', () => {
    const { route } = parse(readFileSync(CONFIG, 'utf8'));
    const routeTo = (receiver: string) => ({
      ...route,
      ...route.routes.find((one: { readonly receiver: string }) => one.receiver === receiver),
    });
    const text = read(PAGE).replaceAll(/\s+/g, ' ');
    const [, wait] = /A page is sent (\d+ s)econds after/.exec(text)!;
    const [, further] = /updates it after (\d+ s)econds/.exec(text)!;
    const page = routeTo('pagerduty');
    expect([wait, further].map((time) => time!.replace(' ', ''))).toEqual([page.group_wait, page.group_interval]);
    const [, warned] = /A warning is sent (\d+ s)econds after/.exec(text)!;
    const [, added] = /further warnings? of the same name after (\d+ m)inutes/.exec(text)!;
    const warning = routeTo('slack');
    expect([warned, added].map((time) => time!.replace(' ', ''))).toEqual([warning.group_wait, warning.group_interval]);
    const repeated = (severity: string) =>
      new RegExp(`\\| ${severity} \\|[^|]*\\| every (?:(\\d+) h|(m))`).exec(text)?.slice(1).join('');
    expect(repeated('critical')).toBe(Number.parseInt(page.repeat_interval, 10).toString());
    expect(repeated('warning')).toBe(Number.parseInt(routeTo('slack').repeat_interval, 10).toString());
    expect(repeated('info')).toBe(Number.parseInt(routeTo('slack-info').repeat_interval, 10).toString());
    expect(routeTo('watchdog')).toMatchObject({ group_wait: '0s', group_interval: '1m', repeat_interval: '1m' });
    const templates = readFileSync(join(MONITORING, 'templates/database.tmpl'), 'utf8');
    for (const channel of ['critical', 'warning']) expect(templates).toContain(`#database-${channel}`);
  });
});
