import { mix, requestNames, type RequestName, type Share } from '../../tools/demo/mix';

const sumOver = (value: (share: Share) => number): number =>
  requestNames.reduce((sum, name) => sum + value(mix[name]), 0);

export const requestsPerRound = sumOver(({ requests }) => requests);
export const statementsPerRound = sumOver(({ requests, statements }) => requests * statements);

/** Only one statement of a request can be made to wait: the others run after the lock is released. */
export const maxSlowRatio = requestsPerRound / statementsPerRound;

/** Maximum difference between the share that was asked for and the one that was reached. */
export const RATIO_TOLERANCE = 0.005;

/**
 * The number of slow requests of a round, spread over the kinds of requests.
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
