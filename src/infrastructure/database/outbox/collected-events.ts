import type { EntityManager } from 'typeorm';
import type { EventPublisher } from '../../../application/shared/event-publisher';
import type { DomainEvent } from '../../../domain/shared/domain-event';
import { statement } from '../statement';

/** In the order of the events: the sequence of the table numbers them. */
const insertEvents = `
  INSERT INTO outbox_events (type, aggregate_type, aggregate_id, occurred_at, data)
  SELECT type, aggregate_type, aggregate_id, occurred_at, data
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::json[])
         WITH ORDINALITY AS event (type, aggregate_type, aggregate_id, occurred_at, data, number)
   ORDER BY number`;

/**
 * The events of one attempt of a transaction. They are stored at its end, when it holds the locks of all rows that it has
 * changed: another transaction that changes the same aggregate gets later numbers.
 */
export class CollectedEvents implements EventPublisher {
  private readonly events: DomainEvent[] = [];

  get isEmpty(): boolean {
    return this.events.length === 0;
  }

  publish(...events: readonly DomainEvent[]): void {
    this.events.push(...events);
  }

  /** One statement for all. */
  async store(manager: EntityManager): Promise<void> {
    await statement<unknown>(manager, insertEvents, [
      this.events.map(({ type }) => type),
      this.events.map(({ aggregate }) => aggregate.type),
      this.events.map(({ aggregate }) => aggregate.id),
      this.events.map(({ occurredAt }) => occurredAt),
      this.events.map(({ data }) => JSON.stringify(data)),
    ]);
  }
}
