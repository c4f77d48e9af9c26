import type { Delivery } from './deliver';
import type { ClaimedEvent } from './outbox-table';

/** How long an event that was sent waits for others, to be settled with them by one statement. */
const SETTLE_WITHIN_MS = 20;

/**
 * The events that are being sent, and those that have been and are not settled yet. Each has a place; one that takes long
 * keeps its place and delays no other.
 */
export class Deliveries {
  private inProgress = 0;
  private ended: Delivery[] = [];
  private timer: NodeJS.Timeout | undefined;
  private onIdle: () => void = () => undefined;

  /** @param ready called when some are to be settled */
  constructor(
    private readonly places: number,
    private readonly deliver: (event: ClaimedEvent) => Promise<Delivery>,
    private readonly ready: () => void,
  ) {}

  get free(): number {
    return this.places - this.inProgress - this.ended.length;
  }

  /** In the order in which they ended. They stay until they are {@link settled}. */
  get toSettle(): readonly Delivery[] {
    return this.ended;
  }

  start(event: ClaimedEvent): void {
    this.inProgress += 1;
    void this.deliver(event).then((delivery) => {
      this.inProgress -= 1;
      this.ended.push(delivery);
      if (this.inProgress === 0) this.announce();
      else this.timer ??= setTimeout(() => this.announce(), SETTLE_WITHIN_MS);
    });
  }

  settled(deliveries: readonly Delivery[]): void {
    this.ended = this.ended.filter((delivery) => !deliveries.includes(delivery));
  }

  /** Resolves when none is being sent. */
  async idle(): Promise<void> {
    if (this.inProgress > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
  }

  private announce(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.ready();
    if (this.inProgress === 0) this.onIdle();
  }
}
