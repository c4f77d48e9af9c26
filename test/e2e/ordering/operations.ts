/** The operations of ordering, with their parameters. A test compares it with the API document. */
export const operations = {
  'GET /api/v1/orders': ['status', 'cursor', 'limit'],
  'GET /api/v1/orders/export': ['after'],
  'GET /api/v1/orders/{id}': ['id'],
  'GET /api/v1/products': ['cursor', 'limit'],
  'POST /api/v1/orders': ['Idempotency-Key'],
  'POST /api/v1/orders/{id}/cancel': ['id', 'Idempotency-Key'],
  'POST /api/v1/products/{sku}/restock': ['sku', 'Idempotency-Key'],
  'PUT /api/v1/products/{sku}': ['sku', 'Idempotency-Key'],
};
