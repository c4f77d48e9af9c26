import { Counter, Histogram, Registry } from 'prom-client';
import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import { loadLibrary, type Library } from './library-copies';

type Subscriber = Pick<EntitySubscriberInterface, 'beforeQuery' | 'afterQuery'>;

/** Makes one copy of a way to time queries, as a subscriber. */
export interface Variant {
  readonly name: string;
  create(): Subscriber;
}

const noOp: Variant = {
  name: 'no-op subscriber',
  create: () => ({ beforeQuery: () => undefined, afterQuery: () => undefined }),
};

/** What cannot be saved: two readings of the clock and three writes. Made anew from its text, as the library's copies are. */
const floor: Variant = {
  name: 'floor: two clock reads, three writes',
  create: () =>
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- each copy is to be code of its own
    new Function(
      'performance',
      `const START = Symbol();
       const now = performance.now.bind(performance);
       const figures = new Float64Array(2);
       return {
         beforeQuery(event) { event.queryRunner[START] = now(); },
         afterQuery(event) { figures[0] += 1; figures[1] += now() - event.queryRunner[START]; },
       };`,
    )(performance) as Subscriber,
};

/** How it is usually written: prom-client with label objects, the start in a WeakMap. */
const stock: Variant = {
  name: 'stock prom-client',
  create: () => {
    const registers = [new Registry()];
    const labelNames = ['query_type'];
    const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    const queries = new Counter({ name: 'queries', help: 'queries', labelNames, registers });
    const slow = new Counter({ name: 'slow', help: 'slow', labelNames, registers });
    const durations = new Histogram({ name: 'seconds', help: 'seconds', labelNames, registers, buckets });
    const starts = new WeakMap<object, number>();
    return {
      beforeQuery: ({ queryRunner }) => void starts.set(queryRunner, performance.now()),
      afterQuery: ({ queryRunner, query }) => {
        const seconds = (performance.now() - starts.get(queryRunner)!) / 1000;
        const query_type = query.trimStart().slice(0, 6).toUpperCase();
        queries.inc({ query_type });
        durations.observe({ query_type }, seconds);
        if (seconds >= 0.1) slow.inc({ query_type });
      },
    };
  },
};

interface Parts {
  readonly statistics?: boolean;
  readonly slowLog?: boolean;
  readonly transactions?: boolean;
  readonly topStatements?: boolean;
}

/** The library, put together of the same parts as `QueryTiming` does. */
function ours(name: string, parts: Parts): Variant {
  return {
    name,
    create: () => {
      const library = loadLibrary();
      return new library.QuerySubscriber(endsOf(library, parts));
    },
  };
}

function endsOf(library: Library, parts: Parts) {
  const { DEFAULT_OPTIONS: options } = library;
  const faults = new library.InternalFaults();
  const dialect = library.dialectOf('postgres');
  const recorder = new library.QueryRecorder('default', dialect, options, faults);
  const table = new library.MetricsTable(options.buckets, faults.counts);
  if (parts.topStatements) table.statements = new library.TopStatements(options.maxTrackedStatements);
  if (parts.statistics) recorder.add('statistics', new library.QueryStats());
  recorder.add('metrics', new library.QueryMetrics(table, false));
  const logger = { warn: () => undefined };
  if (parts.slowLog) recorder.add('slow_query_log', new library.SlowQueryLog({ ...options, logger }));
  const transactions = parts.transactions ? new library.TransactionProbe(recorder) : undefined;
  return new library.StatementEnds(recorder, dialect, transactions);
}

export const BASELINES = { noOp, floor, stock } as const;

const ALL = { statistics: true, slowLog: true, transactions: true };

export const OURS = {
  byType: ours('ours: metrics by type', {}),
  defaults: ours('ours: defaults', ALL),
  withoutTransactions: ours('ours: defaults without the transaction probe', { ...ALL, transactions: false }),
  topStatements: ours('ours: defaults and top statements', { ...ALL, topStatements: true }),
} as const;

/** Attaches one copy of a probe that is no subscriber. */
export interface Probe {
  readonly name: string;
  attach(dataSource: DataSource): void;
}

function ownProbe(name: string, probe: 'poolProbe' | 'streamProbe'): Probe {
  return {
    name,
    attach: (dataSource) => {
      const library = loadLibrary();
      library[probe](dataSource, endsOf(library, ALL));
    },
  };
}

/** Neither is in the rows above. The stream probe has to mark each runner, streams or not. */
export const PROBES = {
  pool: ownProbe('ours: the pool probe alone', 'poolProbe'),
  stream: ownProbe('ours: the stream probe alone, without a stream', 'streamProbe'),
} as const;
