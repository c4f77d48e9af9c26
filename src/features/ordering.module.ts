import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CancelOrder } from '../application/ordering/cancel-order';
import { ExportOrders } from '../application/ordering/export-orders';
import { GetOrder } from '../application/ordering/get-order';
import { ListOrders } from '../application/ordering/list-orders';
import { ListProducts } from '../application/ordering/list-products';
import { OrderingQueries } from '../application/ordering/ordering.queries';
import { OrderingUnitOfWork } from '../application/ordering/ordering.unit-of-work';
import { PlaceOrder } from '../application/ordering/place-order';
import { PutProduct } from '../application/ordering/put-product';
import { RestockProduct } from '../application/ordering/restock-product';
import { CatalogueSeeder } from '../infrastructure/database/ordering/catalogue-seeder';
import { orderingEntities } from '../infrastructure/database/ordering/ordering.entity';
import { SqlOrderingQueries } from '../infrastructure/database/ordering/sql-ordering.queries';
import { TypeOrmOrderingUnitOfWork } from '../infrastructure/database/ordering/typeorm-ordering.unit-of-work';
import { OrdersController } from '../infrastructure/http/ordering/orders.controller';
import { ProductsController } from '../infrastructure/http/ordering/products.controller';

/** The sample: orders that reserve stock. The one place that binds the ports of ordering to their adapters. */
@Module({
  imports: [TypeOrmModule.forFeature(orderingEntities)],
  controllers: [OrdersController, ProductsController],
  providers: [
    PlaceOrder,
    GetOrder,
    ListOrders,
    ExportOrders,
    CancelOrder,
    ListProducts,
    PutProduct,
    RestockProduct,
    { provide: OrderingUnitOfWork, useClass: TypeOrmOrderingUnitOfWork },
    { provide: OrderingQueries, useClass: SqlOrderingQueries },
    CatalogueSeeder,
  ],
})
export class OrderingModule {}
