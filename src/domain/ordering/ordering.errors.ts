/** Why ordering refuses a request. Plain tagged values: `kind` keeps structurally equal ones apart in a union. */
export type EmptyOrder = { readonly kind: 'empty-order' };
export type DuplicateLine = { readonly kind: 'duplicate-line'; readonly sku: string };
export type AlreadyCancelled = { readonly kind: 'already-cancelled'; readonly orderId: string };
export type OrderNotFound = { readonly kind: 'order-not-found'; readonly orderId: string };
export type ProductNotFound = { readonly kind: 'product-not-found'; readonly sku: string };
export type UnknownProduct = { readonly kind: 'unknown-product'; readonly sku: string };
export type InsufficientStock = {
  readonly kind: 'insufficient-stock';
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
};
export type StockTooLarge = { readonly kind: 'stock-too-large'; readonly sku: string; readonly maximum: number };
/** Another transaction changed the aggregate after it was read. */
export type StaleVersion = { readonly kind: 'stale-version'; readonly of: 'order' | 'product'; readonly id: string };
