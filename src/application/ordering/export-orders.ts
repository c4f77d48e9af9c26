import { Injectable } from '@nestjs/common';
import { err, ok, safeTry, type ResultAsync } from 'neverthrow';
import type { OrderNotFound } from '../../domain/ordering/ordering.errors';
import type { Positioned } from '../shared/page';
import { OrderingQueries, type OrderPosition } from './ordering.queries';
import type { OrderView } from './ordering.views';

export interface ExportOrdersQuery {
  readonly customerId: string;
  /** Id of an order of the customer: the export continues after it. */
  readonly after?: string;
}

export type ExportOrdersError = OrderNotFound;

type Orders = readonly Positioned<OrderView, OrderPosition>[];

const ORDERS_PER_PAGE = 500;

/**
 * All of a customer's orders, newest first, as a stream: they are never all in memory. They are read in pages, so that a slow
 * reader keeps no connection of the pool, and an export may take longer than a statement. Orders that are placed meanwhile
 * come before the first one, and are left out.
 */
@Injectable()
export class ExportOrders {
  constructor(private readonly queries: OrderingQueries) {}

  /** @returns an iterable to consume once. Its first page is read already: a database that fails is reported here */
  execute({ customerId, after }: ExportOrdersQuery): ResultAsync<AsyncIterable<OrderView>, ExportOrdersError> {
    const { queries } = this;
    return safeTry<AsyncIterable<OrderView>, ExportOrdersError>(async function* () {
      const start = after === undefined ? undefined : yield* await queries.findOrderPosition(after, customerId);
      if (after !== undefined && !start) return err({ kind: 'order-not-found', orderId: after } as const);
      const first = yield* await pageAfter(queries, customerId, start);
      return ok(pages(queries, customerId, first));
    });
  }
}

async function* pages(queries: OrderingQueries, customerId: string, first: Orders): AsyncGenerator<OrderView> {
  let page = first;
  for (;;) {
    for (const { item } of page) yield item;
    const last = page.at(-1);
    if (!last || page.length < ORDERS_PER_PAGE) return;
    page = (await pageAfter(queries, customerId, last.position)).unwrapOr([]);
  }
}

function pageAfter(
  queries: OrderingQueries,
  customerId: string,
  after: OrderPosition | undefined,
): ResultAsync<Orders, never> {
  return queries.listOrders({ customerId, after, limit: ORDERS_PER_PAGE });
}
