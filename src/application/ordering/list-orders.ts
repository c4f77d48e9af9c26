import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
import type { OrderStatus } from '../../domain/ordering/order';
import { decodeCursor, toPage, type InvalidCursor, type Page } from '../shared/page';
import { isUuid } from '../shared/uuid';
import { OrderingQueries, type OrderPosition } from './ordering.queries';
import type { OrderView } from './ordering.views';

export interface ListOrdersQuery {
  readonly customerId: string;
  readonly status?: OrderStatus;
  readonly cursor?: string;
  readonly limit: number;
}

export type ListOrdersError = InvalidCursor;

/** The customer's orders, newest first. */
@Injectable()
export class ListOrders {
  constructor(private readonly queries: OrderingQueries) {}

  execute({ customerId, status, cursor, limit }: ListOrdersQuery): ResultAsync<Page<OrderView>, ListOrdersError> {
    return decodeCursor(cursor, isOrderPosition)
      .asyncAndThen((after) => this.queries.listOrders({ customerId, status, after, limit: limit + 1 }))
      .map((orders) => toPage(orders, limit));
  }
}

function isOrderPosition(parts: readonly string[]): parts is OrderPosition {
  const [placedAt = '', id = ''] = parts;
  return parts.length === 2 && isTime(placedAt) && isUuid(id);
}

/** Up to the second, and its fraction in microseconds. There is no year 0 in SQL. */
const time = /^((?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{6}Z$/;

function isTime(text: string): boolean {
  const [, second] = time.exec(text) ?? [];
  const date = new Date(`${second}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${second}.`);
}
