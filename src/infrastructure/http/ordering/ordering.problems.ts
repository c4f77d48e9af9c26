import type { CancelOrder } from '../../../application/ordering/cancel-order';
import type { GetOrder } from '../../../application/ordering/get-order';
import type { ListOrders } from '../../../application/ordering/list-orders';
import type { ListProducts } from '../../../application/ordering/list-products';
import type { PlaceOrder } from '../../../application/ordering/place-order';
import type { PutProduct } from '../../../application/ordering/put-product';
import type { RestockProduct } from '../../../application/ordering/restock-product';
import type { ErrorOf, ProblemTable } from '../problem-table';

type OrderingUseCase = CancelOrder | GetOrder | ListOrders | ListProducts | PlaceOrder | PutProduct | RestockProduct;

/** One entry a kind: leave one out and this file does not compile. */
export const orderingProblems = {
  'already-cancelled': { status: 409, title: 'The order is cancelled already' },
  'amount-too-large': { status: 422, title: 'The order is worth more than can be counted exactly' },
  'duplicate-line': {
    status: 422,
    title: 'A product stands on two lines of the order',
    detail: ({ sku }) => `Put all units of ${sku} on one line.`,
    extensions: ({ sku }) => ({ sku }),
  },
  'empty-order': { status: 422, title: 'An order needs at least one line' },
  'idempotency-key-reused': { status: 409, title: 'The Idempotency-Key was used for another request' },
  'insufficient-stock': {
    status: 409,
    title: 'There is not enough in stock',
    detail: ({ sku, requested, available }) => `${requested} of ${sku} were ordered, ${available} are left.`,
    extensions: ({ sku, requested, available }) => ({ sku, requested, available }),
  },
  'invalid-amount': {
    status: 422,
    title: 'An amount is in whole minor units and never negative',
    detail: ({ amount }) => `${amount} is no such amount.`,
  },
  'invalid-currency': { status: 422, title: 'A currency is a code of ISO 4217, such as EUR' },
  'invalid-cursor': { status: 400, title: 'The cursor is none that this list gave' },
  'invalid-quantity': {
    status: 422,
    title: 'A quantity is a whole number from 1 to 1,000,000,000',
    detail: ({ quantity }) => `${quantity} is no such quantity.`,
  },
  'mixed-currencies': {
    status: 422,
    title: 'An order is in one currency',
    detail: ({ currencies }) => `This one is in ${currencies.join(' and ')}.`,
    extensions: ({ currencies }) => ({ currencies }),
  },
  'order-not-found': { status: 404, title: 'There is no such order' },
  'product-not-found': { status: 404, title: 'There is no such product' },
  'stale-version': { status: 409, title: 'Somebody else changed it first: read it again' },
  'stock-too-large': {
    status: 422,
    title: 'There is no room for so many units',
    detail: ({ maximum }) => `At most ${maximum} can be in stock.`,
  },
  'unknown-product': {
    status: 422,
    title: 'The order names a product that is not in the catalogue',
    detail: ({ sku }) => `There is no product ${sku}.`,
    extensions: ({ sku }) => ({ sku }),
  },
} satisfies ProblemTable<ErrorOf<OrderingUseCase>>;
