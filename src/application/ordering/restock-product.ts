import { Injectable } from '@nestjs/common';
import { err, ok, safeTry, type ResultAsync } from 'neverthrow';
import type { ProductNotFound, StaleVersion, StockTooLarge } from '../../domain/ordering/ordering.errors';
import type { InvalidQuantity } from '../../domain/shared/quantity';
import { Idempotency } from '../shared/idempotency';
import type { IdempotencyKeyReused } from '../shared/idempotency-keys';
import { OrderingUnitOfWork, type OrderingTransaction } from './ordering.unit-of-work';
import { productView, type ProductView } from './ordering.views';

export interface RestockProductCommand {
  readonly customerId: string;
  /** Chosen by the client: the units are added once, however often the request is sent. */
  readonly idempotencyKey: string;
  readonly sku: string;
  readonly quantity: number;
}

export type RestockProductError =
  ProductNotFound | InvalidQuantity | StockTooLarge | StaleVersion | IdempotencyKeyReused;

export interface RestockedProduct {
  readonly product: ProductView;
  /** True when an earlier request with this key added the units. */
  readonly repeated: boolean;
}

@Injectable()
export class RestockProduct {
  constructor(
    private readonly unitOfWork: OrderingUnitOfWork,
    private readonly idempotency: Idempotency,
  ) {}

  execute(command: RestockProductCommand): ResultAsync<RestockedProduct, RestockProductError> {
    return this.unitOfWork.run((transaction) => restock(transaction, this.idempotency, command));
  }
}

function restock(
  { products, idempotencyKeys }: OrderingTransaction,
  idempotency: Idempotency,
  { customerId, idempotencyKey, sku, quantity }: RestockProductCommand,
): ResultAsync<RestockedProduct, RestockProductError> {
  return safeTry<RestockedProduct, RestockProductError>(async function* () {
    const request = ['restock', sku, quantity];
    const repeated = yield* await idempotency.claim(idempotencyKeys, { customerId, idempotencyKey, request });
    const [product] = yield* await products.findForUpdate([sku]);
    if (!product) return err({ kind: 'product-not-found', sku } as const);
    if (repeated) return ok({ product: productView(product), repeated });
    const [stored] = yield* await products.save([yield* product.restock(quantity)]);
    if (!stored) throw new Error('The repository did not return the stored product.');
    return ok({ product: productView(stored), repeated });
  });
}
