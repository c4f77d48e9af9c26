import type { DomainEvent } from '../../domain/shared/domain-event';

/** An event as it is sent. */
export interface StoredEvent extends DomainEvent {
  /** The same for each delivery of the event: a receiver that knows it has handled the event already. */
  readonly id: string;
}

/** Port: where events are sent to, for example a message broker. */
export abstract class EventTransport {
  /**
   * Sends one event. It is sent again when this rejects, when it takes longer than OUTBOX_SEND_TIMEOUT_MS, and when the
   * process ends before the success is stored. Events of different aggregates are sent concurrently.
   * @param signal aborted when the time is over
   * @returns after the receiver has confirmed it
   */
  abstract send(event: StoredEvent, signal: AbortSignal): Promise<void>;
}
