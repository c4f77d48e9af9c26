import type { DataSource } from 'typeorm';
import type { ResolvedOptions } from './options';
import type { InstallContext } from './query-timing';
import { DEFAULT_SLOW_QUERY_THRESHOLD_MS } from './recorder/slow-threshold';

/** The line at the start: what is timed, from when a query is slow, and where the metrics are. It has no secrets. */
export function announcement(dataSource: DataSource, options: ResolvedOptions, { name, registry }: InstallContext) {
  const { enabled, slowQueryThresholdMs: threshold, metricPrefix } = options;
  const driver = dataSource.options.type;
  const database = databaseOf(dataSource.options);
  const isNumber = typeof threshold === 'number';
  const thresholdMs = isNumber ? threshold : DEFAULT_SLOW_QUERY_THRESHOLD_MS;
  const where = options.registry ? 'the given registry' : 'the default registry of prom-client';
  const metrics = registry ? `${metricPrefix}_* in ${where}` : 'off';
  const target = `the DataSource "${name}" (${[driver, database].filter(Boolean).join(', ')})`;
  const state = enabled ? `attached to ${target}` : `installed on ${target} and switched off`;
  const others = isNumber ? '' : `, with ${threshold.length} other thresholds`;
  return {
    message: `Query timing is ${state}; slow queries: from ${thresholdMs} ms${others}; metrics: ${metrics}`,
    operation: 'DB_QUERY_TIMING',
    data_source: name,
    driver,
    ...(database !== undefined && { database }),
    enabled,
    threshold_ms: thresholdMs,
    metrics,
  };
}

/** A warning if exemplars are enabled and the registry will not print them. */
export function exemplarWarning({ exemplars }: ResolvedOptions, { registry }: InstallContext): string | undefined {
  if (!exemplars || !registry) return undefined;
  const { contentType } = registry as { readonly contentType?: unknown };
  if (typeof contentType !== 'string' || contentType.includes('openmetrics')) return undefined;
  return (
    'Exemplars are enabled, but the registry prints the text format, which has none. Set its content type to ' +
    'Registry.OPENMETRICS_CONTENT_TYPE before the query timing is installed, on the registry that is served: ' +
    "@willsoto/nestjs-prometheus serves prom-client's default one."
  );
}

interface Address {
  readonly url?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly socketPath?: unknown;
  readonly database?: unknown;
  /** Passed on to the driver. */
  readonly extra?: { readonly connectionString?: unknown };
}

/** Host, port and name. */
function databaseOf(options: object): string | undefined {
  const { replication, ...single } = options as Address & { readonly replication?: { readonly master?: Address } };
  const { extra, url = extra?.connectionString, host, port, socketPath, database } = { ...single, ...replication?.master };
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  const server = parsed?.host || [host ?? socketPath, port].filter(isText).join(':');
  const name = parsed && parsed.pathname.length > 1 ? parsed.pathname.slice(1) : database;
  return [server, name].filter(isText).join('/') || undefined;
}

function isText(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}
