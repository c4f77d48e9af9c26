/** Wakes the relay of this process when a transaction has stored events, so that they do not wait for the next poll. */
export class OutboxSignal {
  private listener: (() => void) | undefined;

  listen(listener: () => void): void {
    this.listener = listener;
  }

  readonly raise = (): void => this.listener?.();
}
