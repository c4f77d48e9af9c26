/**
 * What customers and a warehouse do to the service, in the proportions of one round, and what that costs the database.
 * Reading is most of it; some of what is asked for is refused.
 */
export const mix = {
  'place an order': { requests: 8, statements: 4 },
  'get an order': { requests: 12, statements: 1 },
  'list orders': { requests: 6, statements: 1 },
  'list products': { requests: 8, statements: 1 },
  'cancel an order': { requests: 2, statements: 5 },
  'put a new product': { requests: 1, statements: 2 },
  'change a product': { requests: 1, statements: 2 },
  'restock a product': { requests: 2, statements: 2 },
  'order more than there is': { requests: 2, statements: 2 },
  'send an order again': { requests: 1, statements: 3 },
} as const satisfies Readonly<Record<string, Part>>;

export type RequestName = keyof typeof mix;

interface Part {
  /** A round. */
  readonly requests: number;
  /** SELECT, INSERT, UPDATE and DELETE statements of one such request. */
  readonly statements: number;
}

export const requestNames = Object.keys(mix) as RequestName[];

const sumOver = (value: (part: Part) => number): number =>
  requestNames.reduce((sum, name) => sum + value(mix[name]), 0);

export const requestsPerRound = sumOver(({ requests }) => requests);
export const statementsPerRound = sumOver(({ requests, statements }) => requests * statements);

/** One statement of each request can be made to wait for a lock: once the lock is released, the others find it free. */
export const greatestSlowRatio = requestsPerRound / statementsPerRound;

/** How far the share that is reached may be from the one that was asked for. */
export const RATIO_TOLERANCE = 0.005;

/**
 * How many requests of a round are to be made slow, spread over its parts.
 * @param slow of the whole round
 */
export function spread(slow: number): Map<RequestName, number> {
  const slowRequests = new Map<RequestName, number>();
  let requestsBefore = 0;
  let givenBefore = 0;
  for (const name of requestNames) {
    requestsBefore += mix[name].requests;
    const given = Math.min(Math.round((slow * requestsBefore) / requestsPerRound), requestsBefore);
    slowRequests.set(name, Math.min(given - givenBefore, mix[name].requests));
    givenBefore += slowRequests.get(name)!;
  }
  return slowRequests;
}
