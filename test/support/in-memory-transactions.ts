import { ResultAsync, type Result } from 'neverthrow';
import type { EventPublisher } from '../../src/application/shared/event-publisher';
import type { DomainEvent } from '../../src/domain/shared/domain-event';

/** The state: maps, of which each transaction gets a copy. */
export type Tables = Readonly<Record<string, Map<string, any>>>;

/** Transactions without a database: one at a time, on a copy that replaces the original on success. */
export class InMemoryTransactions<State extends Tables, Transaction> {
  private queue: Promise<unknown> = Promise.resolve();
  private events: readonly DomainEvent[] = [];

  /** @param open creates the repositories of a transaction */
  constructor(
    private state: State,
    private readonly open: (state: State, events: EventPublisher) => Transaction,
  ) {}

  /** The events of all transactions that succeeded. */
  get published(): readonly DomainEvent[] {
    return this.events;
  }

  run<T, E>(work: (transaction: Transaction) => ResultAsync<T, E>): ResultAsync<T, E> {
    const turn = this.queue.then(() => this.runAlone(work));
    this.queue = turn.catch(() => undefined);
    return new ResultAsync(turn);
  }

  private async runAlone<T, E>(work: (transaction: Transaction) => ResultAsync<T, E>): Promise<Result<T, E>> {
    const copies = Object.entries(this.state).map(([name, table]) => [name, new Map(table)] as const);
    const copy = Object.fromEntries(copies) as unknown as State;
    const events: DomainEvent[] = [];
    const result = await work(this.open(copy, { publish: (...more) => void events.push(...more) }));
    if (result.isOk()) {
      this.state = copy;
      this.events = [...this.events, ...events];
    }
    return result;
  }
}
