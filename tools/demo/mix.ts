/** The requests of one round, and how many statements one of them runs. Most of them read; some are refused. */
export const mix = {
  'place an order': { requests: 8, statements: 5 },
  'get an order': { requests: 12, statements: 1 },
  'list orders': { requests: 6, statements: 1 },
  'list products': { requests: 8, statements: 1 },
  'cancel an order': { requests: 2, statements: 5 },
  'put a new product': { requests: 1, statements: 2 },
  'change a product': { requests: 1, statements: 2 },
  'restock a product': { requests: 2, statements: 3 },
  'order more than there is': { requests: 2, statements: 2 },
  'send an order again': { requests: 1, statements: 3 },
} as const satisfies Readonly<Record<string, Share>>;

export type RequestName = keyof typeof mix;

export interface Share {
  /** Per round. */
  readonly requests: number;
  /** SELECT, INSERT, UPDATE and DELETE, per request. */
  readonly statements: number;
}

export const requestNames = Object.keys(mix) as RequestName[];
