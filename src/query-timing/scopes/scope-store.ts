import { AsyncLocalStorage } from 'node:async_hooks';
import { monotonicNow } from '../globals';
import { Scope, type ScopeOrigin } from './scope';
import type { LentScopeStore, QueryBudgetLimits } from './scope-options';

const MAX_NESTED = 8;

/** A timing with scopes on. No method throws. */
export interface ScopeUser {
  readonly store: LentScopeStore | undefined;
  readonly budget: QueryBudgetLimits | undefined;
  /** @param delivered the sinks that have received it already */
  scopeClosed(scope: Scope, delivered: Set<unknown>): void;
  storeFailed(error: unknown): void;
}

/**
 * The current scope of the process. It is found by an AsyncLocalStorage, which is made when the first work runs in a scope,
 * or by an object that the application has for each unit of work. As long as no timing has scopes on, it does nothing.
 */
export class ScopeStore {
  private users: readonly ScopeUser[] = [];
  /** Those whose DataSource is closed. At most one of them is still among the users. */
  private readonly retired = new WeakSet<ScopeUser>();
  private lent: LentScopeStore | undefined;
  private budget: QueryBudgetLimits | undefined;
  private own: AsyncLocalStorage<Scope> | undefined;
  private isReading = false;
  /** Statements that the lent store has asked for and that have not begun, by what sends them. */
  private readonly ofStore = new WeakMap<object, number>();
  private storeSends = false;
  /** Scopes that are being closed, each inside the one before. */
  private closing = 0;
  /** By the object that the application has for a unit of work. */
  private readonly byContext = new WeakMap<object, Scope>();

  get isOn(): boolean {
    return this.users.length > 0;
  }

  addUser(user: ScopeUser): void {
    this.retired.delete(user);
    if (!this.users.includes(user)) this.setUsers([...this.users, user]);
    this.dropRetired();
  }

  /**
   * Its DataSource sends no statements until the user is added again: what it keeps in memory is released, and scopes that
   * end go to the others. The last one stays for the scopes that are still open.
   */
  retireUser(user: ScopeUser): void {
    this.retired.add(user);
    this.dropRetired();
  }

  removeUser(user: ScopeUser): void {
    this.setUsers(this.users.filter((present) => present !== user));
    if (this.isOn) return;
    this.own?.disable();
    this.own = undefined;
  }

  /** The innermost scope, which may have been closed. */
  current(): Scope | undefined {
    const own = this.own?.getStore();
    const context = this.lent === undefined ? undefined : this.context(this.lent);
    const lent = context && this.byContext.get(context);
    if (own === undefined || lent === undefined) return own ?? lent;
    return lent.depth > own.depth ? lent : own;
  }

  /** Call it when a statement is asked for. One that the lent store asks for has no scope: otherwise each would need another one. */
  noteCall(runner: object): void {
    if (this.isReading) this.noteOfStore(runner);
  }

  /** The current scope of a statement that begins, on a query runner or on its connection; undefined for one of the lent store. */
  currentFor(sender: object): Scope | undefined {
    return this.storeSends && this.isOfStore(sender) ? undefined : this.current();
  }

  /** Runs what is done around the work of the application. An error concerns nothing else. */
  guarded<T>(around: () => T): T | undefined {
    try {
      return around();
    } catch (error) {
      this.users[0]?.storeFailed(error);
      return undefined;
    }
  }

  /** The application lends its store, and has no object for the current unit of work yet. */
  get awaitsContext(): boolean {
    return this.lent !== undefined && this.context(this.lent) === undefined;
  }

  /** A new scope inside of the current one. */
  open(name: string, origin?: ScopeOrigin): Scope {
    const outer = this.current();
    const scope = new Scope(name, outer?.isClosed === false ? outer : undefined, origin);
    scope.budget = this.budget;
    return scope;
  }

  /** Makes a scope the current one for what `work` starts, also after it has returned. */
  run<T>(scope: Scope, work: () => T): T {
    const context = this.lent && this.context(this.lent);
    if (context === undefined || this.byContext.get(context)?.isClosed === false) {
      return (this.own ??= new AsyncLocalStorage()).run(scope, work);
    }
    this.byContext.set(context, scope);
    scope.context = context;
    return work();
  }

  /**
   * Ends the unit of work. What ends later is late. A second call does nothing. A sink may open and end one in
   * response: those that are too deep inside of each other reach no sink.
   */
  close(scope: Scope): void {
    if (scope.isClosed) return;
    scope.closedAt = monotonicNow();
    if (this.closing === MAX_NESTED) return;
    this.closing++;
    try {
      const delivered = new Set<unknown>();
      for (const user of this.users) user.scopeClosed(scope, delivered);
    } finally {
      this.closing--;
    }
  }

  /** The object of the application has other units of work to come. */
  leave(scope: Scope): void {
    const { context } = scope;
    if (context !== undefined && this.byContext.get(context) === scope) this.byContext.delete(context);
  }

  private noteOfStore(sender: object): void {
    this.storeSends = true;
    this.ofStore.set(sender, (this.ofStore.get(sender) ?? 0) + 1);
  }

  private isOfStore(sender: object): boolean {
    const statements = this.ofStore.get(sender) ?? 0;
    if (statements === 0) return false;
    this.ofStore.set(sender, statements - 1);
    const { databaseConnection } = sender as { databaseConnection?: object | null };
    if (databaseConnection) this.noteOfStore(databaseConnection);
    return true;
  }

  private dropRetired(): void {
    const active = this.users.filter((user) => !this.retired.has(user));
    if (active.length > 0) this.setUsers(active);
  }

  private setUsers(users: readonly ScopeUser[]): void {
    this.users = users;
    this.lent = users.find(({ store }) => store !== undefined)?.store;
    this.budget = users.find(({ budget }) => budget !== undefined)?.budget;
  }

  /** A statement that the application runs in it has none: otherwise each would need another one. */
  private context(store: LentScopeStore): object | undefined {
    if (this.isReading) return undefined;
    this.isReading = true;
    try {
      const context: unknown = store.get();
      return typeof context === 'object' && context !== null ? context : undefined;
    } catch (error) {
      this.users[0]?.storeFailed(error);
      return undefined;
    } finally {
      this.isReading = false;
    }
  }
}

/** Scopes belong to the process: one counts the statements of all DataSources. */
export const scopeStore = new ScopeStore();
