import { EventEmitter, once } from 'node:events';
import type { ScopeSummary, Sink } from '../../../../src/query-timing/index';

/** A sink that keeps the scopes of units of work that have ended, which is after the caller has its response. */
export class ClosedScopes implements Sink {
  private readonly events = new EventEmitter();
  private readonly scopes: ScopeSummary[] = [];

  record(): void {
    // Statements are counted by their scopes.
  }

  recordScope(scope: ScopeSummary): void {
    this.scopes.push(scope);
    this.events.emit('closed');
  }

  /** The next `count` ones, as soon as they have ended. */
  async next(count: number): Promise<ScopeSummary[]> {
    while (this.scopes.length < count) await once(this.events, 'closed');
    return this.scopes.splice(0, count);
  }

  async one(): Promise<ScopeSummary> {
    const [scope] = await this.next(1);
    return scope!;
  }
}
