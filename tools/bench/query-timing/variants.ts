import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import { loadLibrary, loadStock, type Library } from './library-copies';

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

/** With code of its own for each copy too, prom-client's included. */
const stock: Variant = { name: 'stock prom-client', create: () => loadStock().stockSubscriber() };

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
  const dataSource = 'default';
  if (parts.slowLog) recorder.add('slow_query_log', new library.SlowQueryLog({ ...options, logger, dataSource }));
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
