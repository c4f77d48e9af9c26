import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { MONITORING } from '../../../tools/monitoring/paths';
import { ChildServer, freePort } from './child-server';
import { shortenDuration } from './shortened-durations';
import type { Receivers } from './receivers';

/** Another one while mutants of it are tested. */
export const CONFIG = process.env.ALERTMANAGER_CONFIG ?? join(MONITORING, 'alertmanager-config.yml');

const TIMES = ['group_wait', 'group_interval', 'repeat_interval'] as const;

interface Route {
  group_wait?: string;
  group_interval?: string;
  repeat_interval?: string;
  routes?: Route[];
}

/**
 * Starts Alertmanager with the project's configuration and templates. Its receivers are on loopback, and its times are
 * divided by a factor.
 *
 * @param directory for secrets and data; no other process may use it
 * @param watchdogUrl where the heartbeat goes; the receivers by default
 */
export async function startAlertmanager(
  program: string,
  directory: string,
  receivers: Receivers,
  factor: number,
  watchdogUrl = `${receivers.url}/watchdog`,
): Promise<ChildServer> {
  const config = parse(readFileSync(CONFIG, 'utf8'));
  mkdirSync(directory, { recursive: true });
  const secret = (name: string, content: string): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  Object.assign(config.global, {
    slack_api_url_file: secret('slack-webhook-url', `${receivers.url}/slack`),
    smtp_auth_password_file: secret('smtp-password', 'not used'),
    smtp_smarthost: receivers.smarthost,
    smtp_require_tls: false,
    pagerduty_url: `${receivers.url}/pagerduty`,
  });
  config.templates = [join(MONITORING, 'templates/*.tmpl')];
  for (const receiver of config.receivers) {
    for (const one of receiver.pagerduty_configs ?? []) one.routing_key_file = secret('pagerduty-routing-key', 'a key');
    for (const one of receiver.webhook_configs ?? []) one.url = watchdogUrl;
  }
  shortenTimes(config.route, factor);
  const path = join(directory, 'alertmanager.yml');
  writeFileSync(path, stringify(config));
  const port = await freePort();
  return ChildServer.start(
    program,
    [
      `--config.file=${path}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    `http://127.0.0.1:${port}`,
    '/-/ready',
  );
}

function shortenTimes(route: Route, factor: number): void {
  for (const time of TIMES) {
    const duration = route[time];
    if (duration !== undefined) route[time] = shortenDuration(duration, factor);
  }
  for (const one of route.routes ?? []) shortenTimes(one, factor);
}

export interface KnownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: 'active' | 'suppressed' | 'unprocessed' };
}

export async function alertsAt(alertmanager: ChildServer): Promise<KnownAlert[]> {
  return (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as KnownAlert[];
}

export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

/** Sends alerts to Alertmanager, as Prometheus does. */
export async function postAlerts(alertmanager: ChildServer, alerts: readonly PostedAlert[]): Promise<void> {
  const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  if (!response.ok) throw new Error(`Alertmanager: ${response.status} ${await response.text()}`);
}
