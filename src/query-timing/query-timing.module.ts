import {
  ConfigurableModuleBuilder,
  Inject,
  Logger,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { install, promClientRegistry } from './install';
import type { QueryTimingOptions } from './options';
import { DEFAULT_DATA_SOURCE, QueryTiming } from './query-timing';

const OPTIONS = Symbol('QueryTimingOptions');
const TIMINGS = Symbol('QueryTiming[]');

export interface QueryTimingModuleExtras {
  /**
   * Names of the DataSources to time, as passed to `TypeOrmModule`.
   * @defaultValue `['default']`, the unnamed one
   */
  readonly dataSources?: readonly string[];
}

/**
 * Options of {@link QueryTimingModule.forRoot}.
 *
 * @publicApi
 */
export type QueryTimingModuleOptions = QueryTimingOptions & QueryTimingModuleExtras;

/**
 * A provider that creates the options, for `useClass` and `useExisting` of {@link QueryTimingModule.forRootAsync}.
 *
 * @publicApi
 * @example
 * ```ts
 * import { QueryTimingModule, type QueryTimingOptions, type QueryTimingOptionsFactory } from 'nestjs-query-timing';
 *
 * export class QueryTimingConfig implements QueryTimingOptionsFactory {
 *   createQueryTimingOptions(): QueryTimingOptions {
 *     return { slowQueryThresholdMs: Number(process.env.SLOW_MS ?? 100) };
 *   }
 * }
 *
 * QueryTimingModule.forRootAsync({ useClass: QueryTimingConfig });
 * ```
 */
export interface QueryTimingOptionsFactory {
  createQueryTimingOptions(): Promise<QueryTimingOptions> | QueryTimingOptions;
}

/**
 * Options of {@link QueryTimingModule.forRootAsync}: `useFactory`, `useClass` or `useExisting`.
 *
 * @publicApi
 */
export type QueryTimingModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  QueryTimingOptions,
  keyof QueryTimingOptionsFactory
> &
  QueryTimingModuleExtras;

/**
 * Returns the injection token of a DataSource's {@link QueryTiming}, for example to override it in a test.
 *
 * @publicApi
 * @param dataSource the name passed to `TypeOrmModule`
 * @example
 * ```ts
 * import type { INestApplication } from '@nestjs/common';
 * import { getQueryTimingToken, type QueryTiming } from 'nestjs-query-timing';
 *
 * export const reportsTiming = (app: INestApplication) => app.get<QueryTiming>(getQueryTimingToken('reports'));
 * ```
 */
export function getQueryTimingToken(dataSource: string = DEFAULT_DATA_SOURCE) {
  return dataSource === DEFAULT_DATA_SOURCE ? QueryTiming : `${dataSource}QueryTiming`;
}

/**
 * Injects the {@link QueryTiming} of a DataSource. The default one can be injected by its class alone.
 *
 * @publicApi
 * @param dataSource the name passed to `TypeOrmModule`
 * @example
 * ```ts
 * import { InjectQueryTiming, QueryTiming } from 'nestjs-query-timing';
 *
 * export class ReportsDiagnostics {
 *   constructor(@InjectQueryTiming('reports') private readonly timing: QueryTiming) {}
 *
 *   slowest() {
 *     return this.timing.getSummary().slowestQueries;
 *   }
 * }
 * ```
 */
export const InjectQueryTiming = (dataSource?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getQueryTimingToken(dataSource));

function provideQueryTiming(name: string): FactoryProvider<QueryTiming> {
  return {
    provide: getQueryTimingToken(name),
    inject: [{ token: name === DEFAULT_DATA_SOURCE ? DataSource : `${name}DataSource`, optional: true }, OPTIONS],
    useFactory: (dataSource: DataSource | undefined, options: QueryTimingOptions) => {
      if (!dataSource) {
        throw new Error(
          `QueryTimingModule found no DataSource "${name}". Import TypeOrmModule.forRoot() in the application, or list ` +
            'the names of the DataSources in "dataSources".',
        );
      }
      return install(dataSource, { ...options, name }, new Logger('QueryTiming'), promClientRegistry);
    },
  };
}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<QueryTimingOptions>({
  optionsInjectionToken: OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createQueryTimingOptions' satisfies keyof QueryTimingOptionsFactory)
  .setExtras<Required<QueryTimingModuleExtras>>(
    { dataSources: [DEFAULT_DATA_SOURCE] },
    (definition, { dataSources }) => {
      const timings = dataSources.map(provideQueryTiming);
      const tokens = timings.map(({ provide }) => provide);
      const all = { provide: TIMINGS, inject: tokens, useFactory: (...present: QueryTiming[]) => present };
      return {
        ...definition,
        global: true,
        providers: [...(definition.providers ?? []), ...timings, all],
        exports: tokens,
      };
    },
  )
  .build();

/**
 * Times every query of the application's DataSources. Metrics go to the registry that `@willsoto/nestjs-prometheus`
 * serves. It can be imported before or after `TypeOrmModule`.
 *
 * @publicApi
 */
@Module({})
export class QueryTimingModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(TIMINGS) private readonly timings: readonly QueryTiming[]) {
    super();
  }

  /**
   * Configures the module with fixed options. None is required.
   *
   * @example
   * ```ts
   * import { TypeOrmModule } from '@nestjs/typeorm';
   * import { PrometheusModule } from '@willsoto/nestjs-prometheus';
   * import { QueryTimingModule } from 'nestjs-query-timing';
   *
   * // The imports of AppModule, in any order:
   * export const imports = [
   *   TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL }),
   *   PrometheusModule.register(),
   *   QueryTimingModule.forRoot({ slowQueryThresholdMs: 250 }),
   * ];
   * ```
   */
  static override forRoot(options: QueryTimingModuleOptions = {}): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * Configures the module with options that are created by a factory function, by a class ({@link
   * QueryTimingOptionsFactory}) or by an existing provider of that type.
   *
   * @example
   * ```ts
   * import { Logger } from '@nestjs/common';
   * import { QueryTimingModule } from 'nestjs-query-timing';
   *
   * QueryTimingModule.forRootAsync({
   *   inject: [{ token: Logger, optional: true }],
   *   useFactory: (logger?: Logger) => ({ logger, slowQueryThresholdMs: Number(process.env.SLOW_MS ?? 100) }),
   * });
   * ```
   */
  static override forRootAsync(options: QueryTimingModuleAsyncOptions): DynamicModule {
    return super.forRootAsync(options);
  }

  onApplicationShutdown(): void {
    for (const timing of this.timings) timing.uninstall();
  }
}
