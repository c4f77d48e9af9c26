import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
import type { OrderStatus } from '../../domain/ordering/order';
import { decodeCursor, toPage, type InvalidCursor, type Page } from '../shared/page';
import { OrderingQueries, type OrderPosition } from './ordering.queries';
import type { OrderView } from './ordering.views';

export interface ListOrdersQuery {
  readonly customerId: string;
  readonly status?: OrderStatus;
  readonly cursor?: string;
  readonly limit: number;
}

export type ListOrdersError = InvalidCursor;

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The customer's orders, newest first. */
@Injectable()
export class ListOrders {
  constructor(private readonly queries: OrderingQueries) {}

  execute({ customerId, status, cursor, limit }: ListOrdersQuery): ResultAsync<Page<OrderView>, ListOrdersError> {
    return decodeCursor(cursor, isOrderPosition)
      .asyncAndThen((after) => this.queries.listOrders({ customerId, status, after, limit: limit + 1 }))
      .map((orders) => toPage(orders, limit, ({ placedAt, id }) => [placedAt, id]));
  }
}

function isOrderPosition(parts: readonly string[]): parts is OrderPosition {
  const [placedAt = '', id = ''] = parts;
  return parts.length === 2 && isIsoTime(placedAt) && uuid.test(id);
}

/** Only years that every store supports: JavaScript writes those before 0 and after 9999 with a sign and six digits. */
function isIsoTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text && /^\d{4}-/.test(text);
}
