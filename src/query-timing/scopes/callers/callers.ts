import { StatementCache } from '../../sql/statement-cache';
import { callerOf } from './caller';

/** Runs after a slow one in which a statement is still known as slow. */
const RUNS_KNOWN_AS_SLOW = 128;
/** Characters of the statements that are known as slow. */
const MAX_CHARACTERS = 16_384;
/** Calls of one runner whose callers are kept: it runs its statements one after the other. */
const MAX_OPEN = 32;

interface KnownSlow {
  runs: number;
}

/** A power of two. */
const LENGTHS = 256;

/** A call whose statement has not ended. */
interface OpenCall {
  readonly query: unknown;
  readonly parameters: unknown;
  readonly caller: string;
}

/** The method of a query runner that has been called: a search of the stack begins above it. */
export type CalledMethod = (...args: never[]) => unknown;

/** What sees each call. */
export interface CallObserver {
  called(runner: object, sql: string, parameters: unknown, method: CalledMethod): void;
  /**
   * A row is going to be changed, by a call that follows.
   *
   * @param batch the same for all rows of one `save()` or `remove()`
   * @param insertedBy the method that has been called, of an INSERT
   */
  changing(runner: object, batch: unknown, insertedBy: CalledMethod | undefined): void;
}

/**
 * Which lines of code send the statements of one DataSource. TypeORM's events come too late: by then the stack has lost the
 * caller of a lazy relation or of a promise that is not awaited where it is made. It is there when a method of the query
 * runner is called. Reading it costs some ten microseconds, so that is done only for a statement that has been slow, in its
 * next runs. Until the first one, calls are not watched at all, unless units of work are.
 */
export class Callers {
  private readonly slow = new StatementCache<KnownSlow>(MAX_CHARACTERS);
  /** 1 if a statement of such a length, modulo their number, has been slow: most others need no look-up. */
  private readonly slowLengths = new Uint8Array(LENGTHS);
  private readonly open = new WeakMap<object, OpenCall[]>();
  /** True once a caller has been kept: until then nothing is searched. */
  private keepsAny = false;
  private watch: (() => void) | undefined;
  /** How many want the callers of all statements. */
  private wantAll = 0;
  /** Undefined with scopes off. */
  private calls: CallObserver | undefined;

  /** @param watch begins to report calls, if that has not begun */
  setWatch(watch: (() => void) | undefined): void {
    this.watch = watch;
    if (this.wantAll > 0 || this.calls !== undefined) watch?.();
  }

  /** From now on, the caller of every statement is wanted, until the returned function is called. For tests. */
  observeAll(): () => void {
    this.wantAll++;
    this.watch?.();
    return () => void this.wantAll--;
  }

  /** From now on, each call is watched, and reported to an observer. */
  setObserver(observer: CallObserver): void {
    this.calls = observer;
  }

  get watchesChanges(): boolean {
    return this.calls !== undefined;
  }

  changing(runner: object, batch: unknown, insertedBy: CalledMethod | undefined): void {
    this.calls?.changing(runner, batch, insertedBy);
  }

  /** A statement was slow: the callers of its next runs are wanted. */
  noteSlow(sql: string): void {
    const known = this.slow.get(sql);
    if (known !== undefined) known.runs = RUNS_KNOWN_AS_SLOW;
    else {
      this.slow.set(sql, { runs: RUNS_KNOWN_AS_SLOW });
      this.slowLengths[sql.length % LENGTHS] = 1;
    }
    this.watch?.();
  }

  /** Call it before the statement is sent, in the method that was called. */
  called(runner: object, sql: string, parameters: unknown, method: CalledMethod): void {
    this.calls?.called(runner, sql, parameters, method);
    if (this.wantAll === 0) {
      if (this.slowLengths[sql.length % LENGTHS] === 0) return;
      const known = this.slow.get(sql);
      if (known === undefined || known.runs === 0) return;
      known.runs--;
    }
    const caller = callerOf(method);
    if (caller !== undefined) {
      this.keep(runner, { query: sql, parameters: Array.isArray(parameters) ? parameters : undefined, caller });
    }
  }

  /** Forgets the caller of a statement that has ended, and returns it if it is known. */
  take(runner: object, query: unknown, parameters: unknown): string | undefined {
    if (!this.keepsAny) return undefined;
    const calls = this.open.get(runner);
    if (calls === undefined) return undefined;
    // A runner sends its statements in the order of the calls. Some drivers pass an empty list on instead of no parameters.
    const index = calls.findIndex(
      (call) => call.query === query && (call.parameters === parameters || call.parameters === undefined),
    );
    return index < 0 ? undefined : calls.splice(index, 1)[0]!.caller;
  }

  private keep(runner: object, call: OpenCall): void {
    this.keepsAny = true;
    const calls = this.open.get(runner);
    if (calls === undefined) this.open.set(runner, [call]);
    else if (calls.push(call) > MAX_OPEN) calls.shift();
  }
}
