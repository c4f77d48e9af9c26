import {
  ConfigurableModuleBuilder,
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { install, promClientRegistry } from './install';
import { DEFAULT_DATA_SOURCE, QueryTiming } from './query-timing';
import type { QueryTimingOptions } from './options';

const OPTIONS = Symbol('QueryTimingOptions');
const TIMINGS = Symbol('QueryTiming[]');

export interface QueryTimingModuleExtras {
  /** Names of the DataSources to time, as given to `TypeOrmModule`. Default: the one without a name. */
  readonly dataSources?: readonly string[];
}

export type QueryTimingModuleOptions = QueryTimingOptions & QueryTimingModuleExtras;

/** The token of a DataSource's {@link QueryTiming}. */
export function getQueryTimingToken(dataSource: string = DEFAULT_DATA_SOURCE) {
  return dataSource === DEFAULT_DATA_SOURCE ? QueryTiming : `${dataSource}QueryTiming`;
}

/** Injects the {@link QueryTiming} of a DataSource, by the name given to `TypeOrmModule`. */
export const InjectQueryTiming = (dataSource?: string): ParameterDecorator & PropertyDecorator =>
  Inject(getQueryTimingToken(dataSource));

function provideQueryTiming(name: string): FactoryProvider<QueryTiming> {
  return {
    provide: getQueryTimingToken(name),
    inject: [{ token: name === DEFAULT_DATA_SOURCE ? DataSource : `${name}DataSource`, optional: true }, OPTIONS],
    useFactory: (dataSource: DataSource | undefined, options: QueryTimingOptions) => {
      if (!dataSource) {
        throw new Error(
          `QueryTimingModule found no DataSource "${name}": add TypeOrmModule.forRoot() to the application, or name ` +
            'the right ones in "dataSources".',
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
 * Times every query of the application's DataSources. Metrics go to the registry that @willsoto/nestjs-prometheus
 * serves. It does not matter whether it is imported before or after `TypeOrmModule`.
 */
@Module({})
export class QueryTimingModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(TIMINGS) private readonly timings: readonly QueryTiming[]) {
    super();
  }

  /** No option is required. */
  static override forRoot(options: QueryTimingModuleOptions = {}): DynamicModule {
    return super.forRoot(options);
  }

  onApplicationShutdown(): void {
    for (const timing of this.timings) timing.uninstall();
  }
}
