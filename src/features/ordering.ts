import { DataSource } from 'typeorm';
import { CancelOrder } from '../application/ordering/cancel-order';
import { ExportOrders } from '../application/ordering/export-orders';
import { GetOrder } from '../application/ordering/get-order';
import { ListOrders } from '../application/ordering/list-orders';
import { ListProducts } from '../application/ordering/list-products';
import { OrderingQueries } from '../application/ordering/ordering.queries';
import { OrderingUnitOfWork } from '../application/ordering/ordering.unit-of-work';
import { IdempotencyRetention, PlaceOrder } from '../application/ordering/place-order';
import { PutProduct } from '../application/ordering/put-product';
import { RestockProduct } from '../application/ordering/restock-product';
import { seedCatalogue } from '../infrastructure/database/ordering/seed-catalogue';
import { SqlOrderingQueries } from '../infrastructure/database/ordering/sql-ordering.queries';
import { TypeOrmOrderingUnitOfWork } from '../infrastructure/database/ordering/typeorm-ordering.unit-of-work';
import { TransactionRunner } from '../infrastructure/database/transaction-runner';
import { OrdersController } from '../infrastructure/http/ordering/orders.controller';
import { ProductsController } from '../infrastructure/http/ordering/products.controller';
import type { Feature } from './feature';

/** The sample: orders that reserve stock. */
export const ordering: Feature = {
  controllers: [OrdersController, ProductsController],
  providers: ({ idempotency }) => [
    PlaceOrder,
    GetOrder,
    ListOrders,
    ExportOrders,
    CancelOrder,
    ListProducts,
    PutProduct,
    RestockProduct,
    { provide: IdempotencyRetention, useValue: { milliseconds: idempotency.retentionMs } },
    {
      provide: OrderingUnitOfWork,
      inject: [TransactionRunner],
      useFactory: (transactions: TransactionRunner) => new TypeOrmOrderingUnitOfWork(transactions),
    },
    {
      provide: OrderingQueries,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new SqlOrderingQueries(dataSource),
    },
  ],
  seed: async (dataSource) => ((await seedCatalogue(dataSource)) > 0 ? 'the catalogue' : undefined),
};
