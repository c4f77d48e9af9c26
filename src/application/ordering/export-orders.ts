import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
import { OrderingQueries } from './ordering.queries';
import type { OrderView } from './ordering.views';

export interface ExportOrdersQuery {
  readonly customerId: string;
}

/** All of a customer's orders, newest first, as a stream: they are never all in memory. */
@Injectable()
export class ExportOrders {
  constructor(private readonly queries: OrderingQueries) {}

  /** @returns an iterable to consume once, to its end or until `return()` */
  execute({ customerId }: ExportOrdersQuery): ResultAsync<AsyncIterable<OrderView>, never> {
    return this.queries.streamOrders(customerId);
  }
}
