import type { CancelOrder } from '../../../application/ordering/cancel-order';
import type { ExportOrders } from '../../../application/ordering/export-orders';
import type { GetOrder } from '../../../application/ordering/get-order';
import type { ListOrders } from '../../../application/ordering/list-orders';
import type { ListProducts } from '../../../application/ordering/list-products';
import type { PlaceOrder } from '../../../application/ordering/place-order';
import type { PutProduct } from '../../../application/ordering/put-product';
import type { RestockProduct } from '../../../application/ordering/restock-product';
import type { ErrorOf, ProblemTable } from '../problem-table';

type OrderingUseCase =
  CancelOrder | ExportOrders | GetOrder | ListOrders | ListProducts | PlaceOrder | PutProduct | RestockProduct;

/** One entry per kind: if one is missing, this file does not compile. */
export const orderingProblems = {
  'already-cancelled': { status: 409, title: 'The order is already cancelled' },
  'amount-too-large': { status: 422, title: 'The order total exceeds the maximum amount' },
  'duplicate-line': {
    status: 422,
    title: 'The same product appears on more than one line',
    detail: ({ sku }) => `Put all units of ${sku} on one line.`,
    extensions: ({ sku }) => ({ sku }),
    example: { sku: 'TEA-GREEN-100' },
  },
  'empty-order': { status: 422, title: 'An order needs at least one line' },
  'idempotency-key-reused': { status: 409, title: 'The Idempotency-Key was already used for a different request' },
  'insufficient-stock': {
    status: 409,
    title: 'Insufficient stock',
    detail: ({ sku, requested, available }) => `${requested} of ${sku} were requested, ${available} are available.`,
    extensions: ({ sku, requested, available }) => ({ sku, requested, available }),
    example: { sku: 'POT-CAST-IRON', requested: 3, available: 2 },
  },
  'invalid-amount': {
    status: 422,
    title: 'An amount must be a whole number of minor units and not negative',
    detail: ({ amount }) => `${amount} is not a valid amount.`,
    example: { amount: 7.99 },
  },
  'invalid-currency': { status: 422, title: 'A currency must be an ISO 4217 code, such as EUR' },
  'invalid-cursor': { status: 400, title: 'The cursor is not valid for this list' },
  'invalid-quantity': {
    status: 422,
    title: 'A quantity must be a whole number from 1 to 1,000,000,000',
    detail: ({ quantity }) => `${quantity} is not a valid quantity.`,
    example: { quantity: 0.5 },
  },
  'mixed-currencies': {
    status: 422,
    title: 'All lines of an order must be in the same currency',
    detail: ({ currencies }) => `The lines are in ${currencies.join(' and ')}.`,
    extensions: ({ currencies }) => ({ currencies }),
    example: { currencies: ['EUR', 'JPY'] },
  },
  'order-not-found': { status: 404, title: 'Order not found' },
  'product-not-found': { status: 404, title: 'Product not found' },
  'stale-version': { status: 409, title: 'Changed by another request in the meantime: read it again and retry' },
  'stock-too-large': {
    status: 422,
    title: 'The stock would exceed its maximum',
    detail: ({ maximum }) => `The maximum is ${maximum}.`,
    example: { sku: 'TEA-GREEN-100', maximum: 1_000_000_000 },
  },
  'unknown-product': {
    status: 422,
    title: 'The order contains an unknown product',
    detail: ({ sku }) => `${sku} is not in the catalogue.`,
    extensions: ({ sku }) => ({ sku }),
    example: { sku: 'TEA-GREEN-900' },
  },
} satisfies ProblemTable<ErrorOf<OrderingUseCase>>;
