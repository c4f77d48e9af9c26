import { EventTransport, type StoredEvent } from '../../src/application/shared/event-transport';

/** Records what is sent, and can be made to fail or to wait. */
export class RecordingTransport extends EventTransport {
  readonly attempts: StoredEvent[] = [];
  readonly sent: StoredEvent[] = [];
  private readonly waiting: { readonly isTrue: () => boolean; readonly resolve: () => void }[] = [];

  /** @param before runs before an event counts as sent; what it throws fails the attempt */
  constructor(public before: (event: StoredEvent, signal: AbortSignal) => unknown = () => undefined) {
    super();
  }

  async send(event: StoredEvent, signal: AbortSignal): Promise<void> {
    this.attempts.push(event);
    this.notify();
    await this.before(event, signal);
    this.sent.push(event);
    this.notify();
  }

  /** The data of what was sent, in order. */
  get data(): unknown[] {
    return this.sent.map(({ data }) => data);
  }

  /** Waits until it is true of what was sent. */
  until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ isTrue, resolve });
      this.notify();
    });
  }

  private notify(): void {
    for (const { isTrue, resolve } of this.waiting) if (isTrue()) resolve();
  }
}
