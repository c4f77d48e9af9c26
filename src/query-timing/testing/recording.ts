import { AsyncLocalStorage } from 'node:async_hooks';
import type { ScopeSummary } from '../model/scope-summary';
import type { ObservedStatement, StatementObserver } from '../recorder/statement-observer';
import { ObservedDataSources } from './observed-data-sources';

/** Which recording the current code belongs to. */
const recordings = new AsyncLocalStorage<Recording>();

const running = new Set<Recording>();

/** The statements of one piece of work, of all DataSources together. */
export class Recording {
  /** Those that read or write data. */
  readonly statements: ObservedStatement[] = [];
  readonly scopes: ScopeSummary[] = [];
  /** Statements that begin or end a transaction, or concern a savepoint. */
  transactionControl = 0;
  /** The one inside of which it runs, which receives all that it receives. */
  readonly outer = recordings.getStore();

  add(statement: ObservedStatement): void {
    if (statement.transactionControl) this.transactionControl++;
    else this.statements.push(statement);
    this.outer?.add(statement);
  }

  addScope(scope: ScopeSummary): void {
    this.scopes.push(scope);
    this.outer?.addScope(scope);
  }
}

/**
 * Statements belong to the work that has started them. Those of another async context, such as that of a server in the same
 * process, belong to all work that is running.
 */
function ownersNow(): readonly Recording[] {
  const own = recordings.getStore();
  if (own !== undefined) return running.has(own) ? [own] : [];
  return [...running].filter(({ outer }) => outer === undefined || !running.has(outer));
}

const observer: StatementObserver = {
  statement: (statement) => {
    for (const owner of ownersNow()) owner.add(statement);
  },
  scope: (scope) => {
    for (const owner of ownersNow()) owner.addScope(scope);
  },
};

let observed: ObservedDataSources | undefined;

/**
 * Runs work and returns its statements.
 *
 * @throws what the work throws
 * @throws TypeError if it returns something that has not begun
 * @throws Error if no DataSource could be observed
 */
export async function record(work: () => unknown): Promise<Recording> {
  const recording = new Recording();
  const dataSources = (observed ??= observe());
  running.add(recording);
  try {
    const returned = await recordings.run(recording, async () => work());
    const mistake = mistakeIn(returned);
    if (mistake !== undefined) throw new TypeError(mistake);
    if (dataSources.mistake !== undefined) throw new Error(dataSources.mistake);
  } finally {
    running.delete(recording);
    if (running.size === 0) {
      dataSources.stop();
      observed = undefined;
    }
  }
  return recording;
}

/** What only begins when something reads it takes no statements: a test would pass whatever it does. */
function mistakeIn(returned: unknown): string | undefined {
  if (typeof returned !== 'object' || returned === null) return undefined;
  const { subscribe, pipe } = returned as Readonly<Record<string, unknown>>;
  if (typeof subscribe === 'function' && typeof pipe === 'function') {
    return 'The work returned an Observable, which has not begun. Return a promise of it, such as lastValueFrom(…).';
  }
  const tag: unknown = Reflect.get(returned, Symbol.toStringTag);
  if (tag !== 'AsyncGenerator' && tag !== 'Generator') return undefined;
  return 'The work returned a generator, which has not begun. Read it with a loop in the work.';
}

function observe(): ObservedDataSources {
  const dataSources = new ObservedDataSources(observer);
  dataSources.start();
  return dataSources;
}
