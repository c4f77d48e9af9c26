import { Injectable } from '@nestjs/common';
import { err, ok, safeTry, type ResultAsync } from 'neverthrow';
import type { ProductNotFound, StaleVersion, StockTooLarge } from '../../domain/ordering/ordering.errors';
import type { InvalidQuantity } from '../../domain/shared/quantity';
import { OrderingUnitOfWork } from './ordering.unit-of-work';
import { productView, type ProductView } from './ordering.views';

export interface RestockProductCommand {
  readonly sku: string;
  readonly quantity: number;
}

export type RestockProductError = ProductNotFound | InvalidQuantity | StockTooLarge | StaleVersion;

@Injectable()
export class RestockProduct {
  constructor(private readonly unitOfWork: OrderingUnitOfWork) {}

  execute({ sku, quantity }: RestockProductCommand): ResultAsync<ProductView, RestockProductError> {
    return this.unitOfWork.run(({ products }) =>
      safeTry<ProductView, RestockProductError>(async function* () {
        const [product] = yield* await products.findForUpdate([sku]);
        if (!product) return err({ kind: 'product-not-found', sku } as const);
        const [stored] = yield* await products.save([yield* product.restock(quantity)]);
        if (!stored) throw new Error('The repository did not return the stored product.');
        return ok(productView(stored));
      }),
    );
  }
}
