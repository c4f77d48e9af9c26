import { Injectable } from '@nestjs/common';
import { err, ok, safeTry, type ResultAsync } from 'neverthrow';
import type { StaleVersion } from '../../domain/ordering/ordering.errors';
import { Product } from '../../domain/ordering/product';
import { Money, type InvalidAmount, type InvalidCurrency } from '../../domain/shared/money';
import { OrderingUnitOfWork } from './ordering.unit-of-work';
import { productView, type MoneyView, type ProductView } from './ordering.views';

export interface PutProductCommand {
  readonly sku: string;
  readonly name: string;
  readonly price: MoneyView;
  /** The version that the caller has read; without it, the last writer wins. */
  readonly version?: number;
}

export type PutProductError = InvalidAmount | InvalidCurrency | StaleVersion;

export interface PutProductOutcome {
  readonly product: ProductView;
  readonly created: boolean;
}

/** Adds a product to the catalogue, without stock, or changes the name and price of an existing one. */
@Injectable()
export class PutProduct {
  constructor(private readonly unitOfWork: OrderingUnitOfWork) {}

  execute({ sku, name, price, version }: PutProductCommand): ResultAsync<PutProductOutcome, PutProductError> {
    return this.unitOfWork.run(({ products }) =>
      safeTry<PutProductOutcome, PutProductError>(async function* () {
        const money = yield* Money.of(price.amount, price.currency);
        const [known] = yield* await products.findForUpdate([sku]);
        if (version !== undefined && version !== (known?.version ?? 0)) {
          return err({ kind: 'stale-version', of: 'product', id: sku } as const);
        }
        const [stored] = yield* await products.save([
          known?.redescribe(name, money) ?? Product.create(sku, name, money),
        ]);
        if (!stored) throw new Error('The repository did not return the stored product.');
        return ok({ product: productView(stored), created: !known });
      }),
    );
  }
}
