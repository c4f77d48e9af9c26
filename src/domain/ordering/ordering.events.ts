import type { DomainEvent } from '../shared/domain-event';
import type { Money } from '../shared/money';
import type { Order } from './order';

interface EventMoney {
  readonly amount: number;
  readonly currency: string;
}

export interface OrderPlacedData {
  readonly customerId: string;
  readonly total: EventMoney;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unitPrice: EventMoney }[];
}

export function orderPlaced({ id, customerId, total, lines, placedAt }: Order): DomainEvent<OrderPlacedData> {
  return {
    type: 'order-placed',
    aggregate: { type: 'order', id },
    occurredAt: placedAt,
    data: {
      customerId,
      total: eventMoney(total),
      lines: lines.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unitPrice: eventMoney(unitPrice) })),
    },
  };
}

const eventMoney = ({ amount, currency }: Money): EventMoney => ({ amount, currency });
