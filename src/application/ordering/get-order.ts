import { Injectable } from '@nestjs/common';
import { err, ok, type ResultAsync } from 'neverthrow';
import type { OrderNotFound } from '../../domain/ordering/ordering.errors';
import { OrderingQueries } from './ordering.queries';
import type { OrderView } from './ordering.views';

export interface GetOrderQuery {
  readonly orderId: string;
  readonly customerId: string;
}

export type GetOrderError = OrderNotFound;

@Injectable()
export class GetOrder {
  constructor(private readonly queries: OrderingQueries) {}

  execute({ orderId, customerId }: GetOrderQuery): ResultAsync<OrderView, GetOrderError> {
    return this.queries
      .findOrder(orderId, customerId)
      .andThen((order) => (order ? ok(order) : err({ kind: 'order-not-found' as const, orderId })));
  }
}
