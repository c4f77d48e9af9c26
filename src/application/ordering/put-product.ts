import { Injectable } from '@nestjs/common';
import { err, ok, safeTry, type ResultAsync } from 'neverthrow';
import type { StaleVersion } from '../../domain/ordering/ordering.errors';
import { Product } from '../../domain/ordering/product';
import { Money, type InvalidAmount, type InvalidCurrency } from '../../domain/shared/money';
import { Idempotency } from '../shared/idempotency';
import type { IdempotencyKeyReused } from '../shared/idempotency-keys';
import type { MoneyView } from '../shared/money.view';
import { OrderingUnitOfWork, type OrderingTransaction } from './ordering.unit-of-work';
import { productView, type ProductView } from './ordering.views';

export interface PutProductCommand {
  readonly customerId: string;
  /** Chosen by the client. Without one, a repeated request is a new change, which overwrites those in between. */
  readonly idempotencyKey?: string;
  readonly sku: string;
  readonly name: string;
  readonly price: MoneyView;
  /** The version that the caller has read; without it, the last writer wins. */
  readonly version?: number;
}

export type PutProductError = InvalidAmount | InvalidCurrency | StaleVersion | IdempotencyKeyReused;

export interface PutProductOutcome {
  readonly product: ProductView;
  readonly created: boolean;
  /** True when an earlier request with this key made the change. */
  readonly repeated: boolean;
}

/** Adds a product to the catalogue, without stock, or changes the name and price of an existing one. */
@Injectable()
export class PutProduct {
  constructor(
    private readonly unitOfWork: OrderingUnitOfWork,
    private readonly idempotency: Idempotency,
  ) {}

  execute(command: PutProductCommand): ResultAsync<PutProductOutcome, PutProductError> {
    return this.unitOfWork.run((transaction) => put(transaction, this.idempotency, command));
  }
}

function put(
  { products, idempotencyKeys }: OrderingTransaction,
  idempotency: Idempotency,
  { customerId, idempotencyKey, sku, name, price, version }: PutProductCommand,
): ResultAsync<PutProductOutcome, PutProductError> {
  return safeTry<PutProductOutcome, PutProductError>(async function* () {
    const request = ['put', sku, name, price.amount, price.currency, version];
    const repeated = yield* await idempotency.claim(idempotencyKeys, { customerId, idempotencyKey, request });
    const money = yield* Money.of(price.amount, price.currency);
    const [known] = yield* await products.findForUpdate([sku]);
    if (repeated && known) return ok({ product: productView(known), created: false, repeated });
    if (version !== undefined && version !== (known?.version ?? 0)) {
      return err({ kind: 'stale-version', of: 'product', id: sku } as const);
    }
    const [stored] = yield* await products.save([known?.redescribe(name, money) ?? Product.create(sku, name, money)]);
    if (!stored) throw new Error('The repository did not return the stored product.');
    return ok({ product: productView(stored), created: !known, repeated: false });
  });
}
