/** The requests that clients send to one instance, and what each needs of the database. */
export interface Route {
  readonly method: string;
  readonly route: string;
  readonly perSecond: number;
  /** By query type. */
  readonly statements: Readonly<Record<string, number>>;
}

export const ROUTES: readonly Route[] = [
  { method: 'GET', route: '/api/v1/products', perSecond: 6, statements: { SELECT: 1 } },
  { method: 'GET', route: '/api/v1/products/:id', perSecond: 9, statements: { SELECT: 1 } },
  { method: 'GET', route: '/api/v1/orders/:id', perSecond: 4, statements: { SELECT: 2 } },
  {
    method: 'POST',
    route: '/api/v1/orders',
    perSecond: 2,
    statements: { BEGIN: 1, SELECT: 2, INSERT: 2, UPDATE: 1, COMMIT: 1 },
  },
];

export const scopeOf = ({ method, route }: Route): string => `${method} ${route}`;

export interface Statement {
  readonly fingerprint: string;
  readonly statement: string;
  readonly type: string;
  /** Of the statements of its type. */
  readonly share: number;
  readonly scope: string;
  readonly caller: string;
}

const [list, one, placed, place] = ROUTES.map(scopeOf) as [string, string, string, string];

export const STATEMENTS: readonly Statement[] = [
  {
    fingerprint: '5f1c09ad3be7',
    statement: 'SELECT id, name, price FROM products WHERE name > $1 ORDER BY name, id LIMIT $2',
    type: 'SELECT',
    share: 0.22,
    scope: list,
    caller: 'product-list.query.ts:31',
  },
  {
    fingerprint: 'c27e41b80f96',
    statement: 'SELECT id, name, price, stock FROM products WHERE id = $1',
    type: 'SELECT',
    share: 0.33,
    scope: one,
    caller: 'product-view.query.ts:18',
  },
  {
    fingerprint: '91d03a5ce842',
    statement: 'SELECT id, customer, placed_at, total FROM orders WHERE id = $1',
    type: 'SELECT',
    share: 0.15,
    scope: placed,
    caller: 'order-view.query.ts:22',
  },
  {
    fingerprint: '0ab6f72d91c3',
    statement: 'SELECT product_id, quantity, price FROM order_lines WHERE order_id = $1 ORDER BY position',
    type: 'SELECT',
    share: 0.15,
    scope: placed,
    caller: 'order-view.query.ts:29',
  },
  {
    fingerprint: 'e84b5d1730fa',
    statement: 'SELECT id, stock FROM products WHERE id = ANY($1) ORDER BY id FOR UPDATE',
    type: 'SELECT',
    share: 0.15,
    scope: place,
    caller: 'product.repository.ts:44',
  },
  {
    fingerprint: '7c3e9f02b6d5',
    statement: 'INSERT INTO order_lines (order_id, position, product_id, quantity, price) VALUES (?)',
    type: 'INSERT',
    share: 0.5,
    scope: place,
    caller: 'order.repository.ts:27',
  },
  {
    fingerprint: 'b05d8264ce19',
    statement: 'UPDATE products SET stock = $1 WHERE id = $2 AND version = $3',
    type: 'UPDATE',
    share: 1,
    scope: place,
    caller: 'product.repository.ts:61',
  },
];
