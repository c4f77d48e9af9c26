import {
  ConfigurableModuleBuilder,
  Inject,
  Logger,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { ApplicationConfig, ExternalContextCreator, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { install, promClientRegistry, release, type InstallOptions } from './install';
import { checkIsOptions, type QueryTimingOptions } from './options';
import { watchUnitsOfWork } from './nest/units-of-work';
import type { QueryTimingPage } from './page/handler';
import { resolvePageOptions } from './page/page-options';
import type * as Page from './page/serve-under-nest';
import { DEFAULT_DATA_SOURCE } from './publish';
import { QueryTiming } from './query-timing';

const OPTIONS = Symbol('QueryTimingOptions');
const CHECKED_OPTIONS = Symbol('CheckedQueryTimingOptions');

/** A DataSource of an application without `@nestjs/typeorm`: what its provider is called, or the DataSource itself. */
export type DataSourceReference =
  | {
      /**
       * Its name in metrics and log lines, and for {@link InjectQueryTiming}.
       * @defaultValue `'default'`
       */
      readonly name?: string;
      /** The token of its provider, which must be global or exported by one of the `imports`. */
      readonly token: InjectionToken;
    }
  | { readonly name?: string; readonly dataSource: DataSource };

export interface QueryTimingModuleExtras {
  /**
   * The DataSources to time: names as passed to `TypeOrmModule`, or `{ name, token }` or `{ name, dataSource }`.
   * @defaultValue `['default']`, the unnamed one
   */
  readonly dataSources?: readonly (string | DataSourceReference)[];
}

/**
 * Options of {@link QueryTimingModule.forRoot}.
 *
 * @publicApi
 */
export type QueryTimingModuleOptions = QueryTimingOptions &
  QueryTimingModuleExtras & {
    /** Modules that export the DataSources given by their token. */
    readonly imports?: ModuleMetadata['imports'];
  };

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

/** The timings of one module, which it releases when the application shuts down. */
class Installations {
  private readonly owner = Symbol('QueryTimingModule');
  private readonly releases: (() => void)[] = [];
  readonly timings: QueryTiming[] = [];

  install(dataSource: DataSource, options: InstallOptions): QueryTiming {
    const timing = install(dataSource, options, new Logger('QueryTiming'), promClientRegistry, this.owner);
    this.releases.push(() => release(dataSource, timing, this.owner));
    this.timings.push(timing);
    return timing;
  }

  release(): void {
    for (const one of this.releases.splice(0)) one();
  }
}

function provideQueryTiming(reference: DataSourceReference): FactoryProvider<QueryTiming> {
  const { name = DEFAULT_DATA_SOURCE } = reference;
  const given = 'dataSource' in reference ? reference.dataSource : undefined;
  const token = 'token' in reference ? reference.token : undefined;
  return {
    provide: getQueryTimingToken(name),
    inject: [Installations, CHECKED_OPTIONS, ...(token === undefined ? [] : [{ token, optional: true }])],
    useFactory: (installations: Installations, options: QueryTimingOptions, injected: unknown) => {
      const dataSource = given ?? injected;
      if (!isDataSource(dataSource)) throw new Error(missing(name, token, dataSource));
      return installations.install(dataSource, { ...options, name });
    },
  };
}

/** A factory may have returned nothing. */
const checkedOptions: FactoryProvider<QueryTimingOptions> = {
  provide: CHECKED_OPTIONS,
  inject: [OPTIONS],
  useFactory: (options: QueryTimingOptions) => {
    checkIsOptions(options);
    return options;
  },
};

/** Nothing depends on it: it has to exist before the first route, server or job. */
const unitsOfWork: FactoryProvider = {
  provide: Symbol('UnitsOfWork'),
  inject: [CHECKED_OPTIONS, HttpAdapterHost, ApplicationConfig, ModulesContainer, ExternalContextCreator],
  useFactory: (
    { scopes = false }: QueryTimingOptions,
    { httpAdapter }: HttpAdapterHost,
    config: ApplicationConfig,
    modules: ModulesContainer,
    externalContext: ExternalContextCreator,
  ) => {
    if (scopes === false) return;
    const serverTiming = scopes !== true && scopes.serverTiming === true;
    watchUnitsOfWork({ adapter: httpAdapter, config, modules, externalContext }, serverTiming);
    // The adapter of Nest's application contexts has no requests, and no type.
    if (typeof httpAdapter?.getType === 'function' && httpAdapter.getType() && !('setOnRequestHook' in httpAdapter)) {
      new Logger('QueryTiming').warn(
        'The option scopes needs Nest 11.1.4 for HTTP requests: they have no units of work.',
      );
    }
  },
};

/** Also one of another copy of TypeORM. */
function isDataSource(value: unknown): value is DataSource {
  return typeof value === 'object' && value !== null && 'driver' in value && 'options' in value;
}

function missing(name: string, token: InjectionToken | undefined, found: unknown): string {
  const subject = `QueryTimingModule found no DataSource "${name}"`;
  if (token === undefined) return `${subject}: the value of "dataSource" is not one.`;
  if (found !== undefined && found !== null) {
    return `${subject}: the provider of the token ${nameOf(token)} returned something else.`;
  }
  if (token === typeOrmToken(name)) {
    return (
      `${subject}. Import TypeOrmModule.forRoot() in the application, or list the DataSources in "dataSources": ` +
      'their names, { name, token } or { name, dataSource }.'
    );
  }
  return (
    `${subject}: there is no provider of the token ${nameOf(token)}. Add the module that exports it to the "imports" of ` +
    'QueryTimingModule, or make that module global.'
  );
}

function nameOf(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : typeof token === 'string' ? `"${token}"` : String(token);
}

/** As in `@nestjs/typeorm`, which need not be installed. */
function typeOrmToken(name: string): InjectionToken {
  return name === DEFAULT_DATA_SOURCE ? DataSource : `${name}DataSource`;
}

function referenceOf(given: string | DataSourceReference): DataSourceReference {
  return typeof given === 'string' ? { name: given, token: typeOrmToken(given) } : given;
}

function rejectDuplicates(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new Error(`QueryTimingModule: two of the "dataSources" have the name "${twice}".`);
  }
}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<QueryTimingOptions>({
  optionsInjectionToken: OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createQueryTimingOptions' satisfies keyof QueryTimingOptionsFactory)
  .setExtras<Required<QueryTimingModuleExtras> & Pick<QueryTimingModuleOptions, 'imports'>>(
    { dataSources: [DEFAULT_DATA_SOURCE], imports: [] },
    (definition, { dataSources, imports }) => {
      const references = dataSources.map(referenceOf);
      rejectDuplicates(references.map(({ name = DEFAULT_DATA_SOURCE }) => name));
      const timings = references.map(provideQueryTiming);
      const tokens = timings.map(({ provide }) => provide);
      return {
        ...definition,
        global: true,
        imports: [...(definition.imports ?? []), ...(imports ?? [])],
        providers: [...(definition.providers ?? []), Installations, checkedOptions, unitsOfWork, ...timings],
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
export class QueryTimingModule
  extends ConfigurableModuleClass
  implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown
{
  private page: QueryTimingPage | undefined;

  constructor(
    private readonly installations: Installations,
    @Inject(CHECKED_OPTIONS) private readonly options: QueryTimingOptions,
    private readonly adapterHost: HttpAdapterHost,
    private readonly config: ApplicationConfig,
  ) {
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
    checkIsOptions(options);
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

  /** Nest has registered the middleware and the controllers, and not yet its response for unknown paths. */
  onModuleInit(): void {
    const page = resolvePageOptions(this.options.page ?? false);
    if (page === undefined) return;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on demand: most applications have no page
    const { servePage } = require('./page/serve-under-nest') as typeof Page;
    this.page = servePage(this.installations.timings, this.adapterHost, this.config, page);
  }

  /** Before the listener is closed, which waits for open streams. */
  onModuleDestroy(): void {
    this.page?.close();
  }

  onApplicationShutdown(): void {
    this.installations.release();
  }
}
