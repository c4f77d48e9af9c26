import { ResultAsync, type Result } from 'neverthrow';

/** The state: maps, of which each transaction gets a copy. */
export type Tables = Readonly<Record<string, Map<string, any>>>;

/** Transactions without a database: one at a time, on a copy that replaces the original on success. */
export class InMemoryTransactions<State extends Tables, Transaction> {
  private queue: Promise<unknown> = Promise.resolve();

  /** @param open creates the repositories of a transaction */
  constructor(
    private state: State,
    private readonly open: (state: State) => Transaction,
  ) {}

  run<T, E>(work: (transaction: Transaction) => ResultAsync<T, E>): ResultAsync<T, E> {
    const turn = this.queue.then(() => this.runAlone(work));
    this.queue = turn.catch(() => undefined);
    return new ResultAsync(turn);
  }

  private async runAlone<T, E>(work: (transaction: Transaction) => ResultAsync<T, E>): Promise<Result<T, E>> {
    const copies = Object.entries(this.state).map(([name, table]) => [name, new Map(table)] as const);
    const copy = Object.fromEntries(copies) as unknown as State;
    const result = await work(this.open(copy));
    if (result.isOk()) this.state = copy;
    return result;
  }
}
