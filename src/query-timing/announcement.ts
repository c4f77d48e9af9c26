import type { DataSource } from 'typeorm';
import { plansAreSupportedOn } from './explain/explain-options';
import { databaseAddressOf } from './model/database-address';
import type { ResolvedOptions } from './options';
import type { InstallContext } from './query-timing';
import { DEFAULT_SLOW_QUERY_THRESHOLD_MS } from './recorder/slow-threshold';

/** The line at the start: what is timed, from when a query is slow, and where the metrics are. It has no secrets. */
export function announcement(dataSource: DataSource, options: ResolvedOptions, { name, registry }: InstallContext) {
  const { enabled, slowQueryThresholdMs: threshold, metricPrefix, metricProducers } = options;
  const driver = dataSource.options.type;
  const database = databaseOf(dataSource.options);
  const isNumber = typeof threshold === 'number';
  const thresholdMs = isNumber ? threshold : DEFAULT_SLOW_QUERY_THRESHOLD_MS;
  const where = options.registry ? 'the given registry' : 'the default registry of prom-client';
  const published = [
    ...(registry ? [`${metricPrefix}_* in ${where}`] : []),
    ...(metricProducers.length > 0 ? ['db.client.* for OpenTelemetry'] : []),
  ];
  const metrics = published.join(', ') || 'off';
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

/** A warning if plans are asked for on a driver without them. */
export function explainWarning({ options: { type } }: DataSource, { explain }: ResolvedOptions): string | undefined {
  if (explain === false || plansAreSupportedOn(type)) return undefined;
  return `Plans are not captured on the TypeORM driver "${type}".`;
}

/** Host, port and name. */
function databaseOf(options: object): string | undefined {
  const { host, port, database } = databaseAddressOf(options);
  const server = port === undefined || host === undefined ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return [server, database].filter((part) => part !== undefined).join('/') || undefined;
}
