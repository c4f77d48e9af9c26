import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
import { OrderingUnitOfWork, type OrderingTransaction } from '../../../application/ordering/ordering.unit-of-work';
import { TypeOrmIdempotencyKeys } from '../idempotency/typeorm-idempotency-keys';
import { TransactionRunner } from '../transaction-runner';
import { TypeOrmOrderRepository } from './typeorm-order.repository';
import { TypeOrmProductRepository } from './typeorm-product.repository';

@Injectable()
export class TypeOrmOrderingUnitOfWork extends OrderingUnitOfWork {
  constructor(private readonly transactions: TransactionRunner) {
    super();
  }

  run<T, E>(work: (transaction: OrderingTransaction) => ResultAsync<T, E>): ResultAsync<T, E> {
    return this.transactions.run((manager, events) =>
      work({
        orders: new TypeOrmOrderRepository(manager),
        products: new TypeOrmProductRepository(manager),
        idempotencyKeys: new TypeOrmIdempotencyKeys(manager),
        events,
      }),
    );
  }
}
