import type { DataSource } from 'typeorm';
import { DEFAULT_DATA_SOURCE, QueryTiming } from './query-timing';
import { completeOptions, type QueryTimingOptions } from './options';
import { consoleLogger } from './sinks/console-logger';
import type { MetricsRegistry } from './sinks/metrics/registry-collector';
import type { QueryTimingLogger } from './sinks/slow-query-log';
import { unavailableOn } from './probes/availability';

export interface InstallOptions extends QueryTimingOptions {
  /** What the metrics and log lines call this DataSource. Default `default`, which adds no label. */
  readonly name?: string;
}

/** Survives a reload of this module: the DataSource itself remembers its timing. */
const INSTALLED = Symbol.for('query-timing.installed');

interface MaybeTimed {
  [INSTALLED]?: QueryTiming | undefined;
}

/**
 * Times the queries of a DataSource for statistics and the slow-query log; with the option `registry`, for metrics too.
 * Installed before `initialize()`, it times migrations and schema synchronisation as well. A second installation
 * answers with the first one and logs a warning.
 *
 * @throws TypeError naming every option that cannot work
 */
export function installQueryTiming(dataSource: DataSource, options: InstallOptions = {}): QueryTiming {
  return install(dataSource, options, consoleLogger, () => false);
}

/**
 * The same with metrics, by default in prom-client's own registry.
 *
 * @throws Error when prom-client is not installed and no registry is given
 */
export function installQueryTimingWithPrometheus(dataSource: DataSource, options: InstallOptions = {}): QueryTiming {
  return install(dataSource, options, consoleLogger, promClientRegistry);
}

/** @internal */
export function install(
  dataSource: DataSource,
  { name = DEFAULT_DATA_SOURCE, ...given }: InstallOptions,
  defaultLogger: QueryTimingLogger,
  defaultRegistry: () => MetricsRegistry | false,
): QueryTiming {
  const options = completeOptions(given);
  const logger = options.logger ?? defaultLogger;
  const target = dataSource as unknown as MaybeTimed;
  if (target[INSTALLED]) {
    warn(logger, `The query timing of the DataSource "${name}" is installed already; its first options stay.`);
    return target[INSTALLED];
  }
  const registry = options.registry ?? defaultRegistry();
  const onUninstall = () => (target[INSTALLED] = undefined);
  target[INSTALLED] = new QueryTiming(dataSource, options, { name, logger, registry, onUninstall });
  const unavailable = unavailableOn(dataSource);
  if (unavailable) warn(logger, unavailable);
  return target[INSTALLED];
}

/** @internal */
export function promClientRegistry(): MetricsRegistry {
  let promClient: { readonly register: MetricsRegistry };
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only here: everything else works without it
    promClient = require('prom-client') as typeof promClient;
  } catch (cause) {
    throw new Error('Metrics need prom-client: npm install prom-client, or give the option registry (false: none).', {
      cause,
    });
  }
  return promClient.register;
}

/** A logger that throws is no reason to fail. */
function warn(logger: QueryTimingLogger, message: string): void {
  try {
    logger.warn({ message, operation: 'DB_QUERY_TIMING' });
  } catch {
    // Nothing is left to tell it to.
  }
}
