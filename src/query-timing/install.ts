import type { DataSource } from 'typeorm';
import { announcement, exemplarWarning, explainWarning } from './announcement';
import { installedTiming } from './installed-timing';
import { checkIsOptions, resolveOptions, type QueryTimingOptions, type ResolvedOptions } from './options';
import { unavailableOn } from './probes/availability';
import { DEFAULT_DATA_SOURCE } from './publish';
import { QueryTiming } from './query-timing';
import { consoleLogger } from './sinks/console-logger';
import type { MetricsRegistry } from './sinks/metrics/registry-collector';
import { inform, warn, type QueryTimingLogger } from './sinks/logger';

/** Options of {@link installQueryTiming} and {@link installQueryTimingWithPrometheus}. */
export interface InstallOptions extends QueryTimingOptions {
  /**
   * The name of the DataSource in metrics and log lines. The default name adds no label to the metrics.
   * @defaultValue `'default'`
   */
  readonly name?: string;
}

/** Never released: what the application has installed itself, it uninstalls itself. */
const APPLICATION = 'application';

/**
 * Times the queries of a DataSource for statistics and the slow-query log, and for metrics if a `registry` is given. If
 * it is installed before `initialize()`, migrations and schema synchronisation are timed as well. A second installation
 * returns the first timing and logs a warning.
 *
 * @throws TypeError with every invalid option
 * @example
 * ```ts
 * import { installQueryTiming } from 'nestjs-query-timing/core';
 * import { DataSource } from 'typeorm';
 *
 * const dataSource = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL });
 * const timing = installQueryTiming(dataSource, { slowQueryThresholdMs: 250 });
 * await dataSource.initialize();
 * console.log(timing.getSummary().totalQueries);
 * ```
 */
export function installQueryTiming(dataSource: DataSource, options: InstallOptions = {}): QueryTiming {
  return install(dataSource, options, consoleLogger, () => false, APPLICATION);
}

/**
 * Like {@link installQueryTiming}, with metrics in prom-client's default registry unless another one is given.
 *
 * @throws TypeError with every invalid option
 * @throws Error if prom-client is not installed and neither a registry nor a metric producer is given
 * @example
 * ```ts
 * import { installQueryTimingWithPrometheus } from 'nestjs-query-timing/core';
 * import { register } from 'prom-client';
 * import { DataSource } from 'typeorm';
 *
 * const dataSource = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL });
 * installQueryTimingWithPrometheus(dataSource);
 * await dataSource.initialize();
 * console.log(await register.metrics());
 * ```
 */
export function installQueryTimingWithPrometheus(dataSource: DataSource, options: InstallOptions = {}): QueryTiming {
  return install(dataSource, options, consoleLogger, promClientRegistry, APPLICATION);
}

/**
 * @internal
 * @param owner to pass to {@link release}
 */
export function install(
  dataSource: DataSource,
  installOptions: InstallOptions,
  defaultLogger: QueryTimingLogger,
  defaultRegistry: (options: ResolvedOptions) => MetricsRegistry | false,
  owner: unknown,
): QueryTiming {
  checkIsOptions(installOptions);
  const { name = DEFAULT_DATA_SOURCE, ...given } = installOptions;
  const options = resolveOptions(given);
  const logger = options.logger ?? defaultLogger;
  const present = installedTiming.of(dataSource) as QueryTiming | undefined;
  if (present && installedTiming.isForObservation(dataSource)) {
    present.uninstall();
  } else if (present) {
    installedTiming.addOwner(dataSource, owner);
    const message = `Query timing is already installed on the DataSource "${name}"; the new options are ignored.`;
    warn(logger, message);
    return present;
  }
  const registry = options.registry ?? defaultRegistry(options);
  const context = { name, logger, registry };
  const timing = new QueryTiming(dataSource, options, context);
  installedTiming.set(dataSource, timing, owner);
  const { message, ...fields } = announcement(dataSource, options, context);
  inform(logger, message, fields);
  const warnings = [unavailableOn(dataSource), exemplarWarning(options, context), explainWarning(dataSource, options)];
  for (const text of warnings) if (text) warn(logger, text);
  return timing;
}

/** @internal Uninstalls the timing if no other owner has installed it as well. */
export function release(dataSource: DataSource, timing: QueryTiming, owner: unknown): void {
  if (installedTiming.of(dataSource) === timing && installedTiming.removeOwner(dataSource, owner)) timing.uninstall();
}

/** @internal */
export function promClientRegistry({ metricProducers }: ResolvedOptions): MetricsRegistry | false {
  let promClient: { readonly register: MetricsRegistry };
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on demand: all else works without it
    promClient = require('prom-client') as typeof promClient;
  } catch (cause) {
    if (metricProducers.length > 0) return false;
    throw new Error(
      'Metrics require prom-client. Install it (npm install prom-client), or set the option registry (false for no metrics).',
      { cause },
    );
  }
  return promClient.register;
}
