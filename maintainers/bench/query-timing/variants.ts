import { AsyncLocalStorage } from 'node:async_hooks';
import type { BeforeQueryEvent, DataSource, EntitySubscriberInterface } from 'typeorm';
import { loadLibrary, loadStock, type Library } from './library-copies';

type Subscriber = Pick<EntitySubscriberInterface, 'beforeQuery' | 'afterQuery'>;

/** A way to time queries, as a subscriber. */
export interface Variant {
  readonly name: string;
  /** It writes to query runners: beyond twelve such marks, V8 would turn each into a dictionary. */
  readonly marks?: true;
  /** Creates copies that share their code; another call creates new code. */
  create(copies: number): Subscriber[];
}

const several = (copies: number, create: () => Subscriber) => Array.from({ length: copies }, create);

const noOp: Variant = {
  name: 'no-op subscriber',
  create: (copies) => several(copies, () => ({ beforeQuery: () => undefined, afterQuery: () => undefined })),
};

/** The same two readings and three writes, with a single start time: wrong as soon as two queries overlap. */
const stopwatch: Variant = {
  name: 'a stopwatch for one query at a time',
  create: (copies) => {
    const Stopwatch = classOf(`class {
      figures = new Float64Array(3);
      beforeQuery() { this.figures[0] = now(); }
      afterQuery() { const { figures } = this; figures[1] += 1; figures[2] += now() - figures[0]; }
    }`);
    return several(copies, () => new Stopwatch());
  },
};

/**
 * The minimum: two readings of the clock and three writes, of the count, the sum and the start. The start is stored on
 * the query runner, the only thing that both events have in common while other connections are in use. Each copy has
 * its own property there, and its own code for it, like the only copy of an application.
 */
const floor: Variant = {
  name: 'floor: two clock reads, three writes',
  marks: true,
  create: (copies) =>
    several(copies, () => {
      const Floor = classOf(`class {
        figures = new Float64Array(2);
        beforeQuery({ queryRunner }) { queryRunner[START] = now(); }
        afterQuery({ queryRunner }) { const { figures } = this; figures[0] += 1; figures[1] += now() - queryRunner[START]; }
      }`);
      return new Floor();
    }),
};

/** Compiled from its text, so that its code is not shared. */
function classOf(text: string): new () => Subscriber {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above
  const create = new Function('now', 'START', `return ${text};`);
  return create(performance.now.bind(performance), Symbol('start')) as new () => Subscriber;
}

/** Each with a separate instance of prom-client. */
const stock: Variant = {
  name: 'stock prom-client',
  create: (copies) => several(copies, loadStock().stockSubscriber),
};

/** The same, each copy with separate code. */
export function withOwnCode({ name, create }: Variant): Variant {
  return { name, create: (copies) => several(copies, () => create(1)[0]!) };
}

interface Parts {
  readonly statistics?: boolean;
  readonly slowLog?: boolean;
  readonly transactions?: boolean;
  readonly topStatements?: boolean;
  readonly scopes?: boolean;
}

/** The library, composed of the same parts as in `QueryTiming`. */
function ours(name: string, parts: Parts): Variant {
  return {
    name,
    create: (copies) => {
      const library = loadLibrary();
      return Array.from({ length: copies }, (_, copy) => {
        const completion = completionOf(library, parts, copy);
        const subscriber = new library.QuerySubscriber(completion);
        return parts.scopes ? withCalls(subscriber, completion) : subscriber;
      });
    },
  };
}

/** Reports each call, too, as the replaced method of a query runner does. */
function withCalls(subscriber: Subscriber, { callers }: ReturnType<typeof completionOf>): Subscriber {
  const called = (event: BeforeQueryEvent) => {
    callers.called(event.queryRunner, event.query, event.parameters, called);
    void subscriber.beforeQuery!(event);
  };
  return { beforeQuery: called, afterQuery: (event) => subscriber.afterQuery!(event) };
}

function completionOf(library: Library, parts: Parts, copy = 0) {
  const { DEFAULT_OPTIONS: options } = library;
  const faults = new library.InternalFaults();
  const dialect = library.dialectOf('postgres');
  const types = new library.QueryTypes(dialect);
  const recorder = new library.QueryRecorder('default', dialect, types, options, faults);
  const table = new library.MetricsTable(options.buckets, { internalErrors: faults.counts });
  if (parts.topStatements) table.statements = new library.TopStatements(options.maxTrackedStatements);
  if (parts.statistics) recorder.add('statistics', new library.QueryStats());
  recorder.add('metrics', new library.QueryMetrics(table, false));
  const logger = { warn: () => undefined };
  const dataSource = 'default';
  if (parts.slowLog) recorder.add('slow_query_log', new library.SlowQueryLog({ ...options, logger, dataSource }));
  const transactions = parts.transactions
    ? library.TransactionProbe.for('postgres', dialect, types, recorder)
    : undefined;
  const callers = new library.Callers();
  const scopes = parts.scopes ? scopesOf(library, recorder, copy, callers) : undefined;
  return new library.StatementCompletion(recorder, types, transactions, 'postgres', callers, scopes);
}

/** The current scope of each copy: a request of an application has one. */
const currentScopes = new AsyncLocalStorage<unknown[]>();

/** Runs work in a scope for each copy, as many as there may be. */
export function inScopes<T>(work: () => T): T {
  return currentScopes.run([], work);
}

function scopesOf(
  library: Library,
  recorder: InstanceType<Library['QueryRecorder']>,
  copy: number,
  callers: InstanceType<Library['Callers']>,
) {
  const { scopeStore, TimingScopes, DEFAULT_SCOPE_OPTIONS } = library;
  const current = () => {
    const scopes = currentScopes.getStore();
    return scopes && ((scopes[copy] ??= scopeStore.open('request')) as ReturnType<typeof scopeStore.open>);
  };
  const source = { ...statementSource(library), callers, current: { current, noteCall: () => undefined } };
  new TimingScopes(recorder, DEFAULT_SCOPE_OPTIONS, source);
  return { current, currentFor: current } as unknown as typeof scopeStore;
}

/** Of a DataSource without entities. */
export function statementSource({ dialectOf, RelationNames, Callers, scopeStore }: Library) {
  const names = new RelationNames({ entityMetadatas: [] } as unknown as DataSource);
  return { dialect: dialectOf('postgres'), names, callers: new Callers(), current: scopeStore };
}

export const BASELINES = { noOp, stopwatch, floor, stock } as const;

const ALL = { statistics: true, slowLog: true, transactions: true };

export const OURS = {
  byType: ours('ours: metrics by type', {}),
  defaults: ours('ours: defaults', ALL),
  withoutTransactions: ours('ours: defaults without the transaction probe', { ...ALL, transactions: false }),
  topStatements: ours('ours: defaults and top statements', { ...ALL, topStatements: true }),
  scopes: ours('ours: defaults and scopes', { ...ALL, scopes: true }),
} as const;

/** Attaches one copy of a probe that is not a subscriber. */
export interface Probe {
  readonly name: string;
  attach(dataSource: DataSource): void;
}

function ownProbe(name: string, probe: 'poolProbe' | 'streamProbe'): Probe {
  return {
    name,
    attach: (dataSource) => {
      const library = loadLibrary();
      library[probe](dataSource, completionOf(library, ALL));
    },
  };
}

/** Neither is included in the rows above. The stream probe has to mark each runner, even without a stream. */
export const PROBES = {
  pool: ownProbe('ours: the pool probe alone', 'poolProbe'),
  stream: ownProbe('ours: the stream probe alone, without a stream', 'streamProbe'),
} as const;
