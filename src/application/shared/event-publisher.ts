import type { DomainEvent } from '../../domain/shared/domain-event';

/**
 * Port: the events of one transaction. They are stored when its work returns an Ok, in the same transaction, and sent after
 * the commit. A transaction that is rolled back sends none.
 *
 * Save an aggregate in the transaction that publishes its event: the lock on its row keeps its events in order.
 */
export interface EventPublisher {
  publish(...events: readonly DomainEvent[]): void;
}
