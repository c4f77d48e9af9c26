import { Query, type Client, type QueryConfig, type QueryResult } from 'pg';

/** State of pg's query that its types do not declare. */
interface WithResult {
  _result: unknown;
  _results: unknown;
}

export type Send = (query: unknown, values?: unknown, callback?: unknown) => unknown;
type Settle = (error: Error | undefined, result: QueryResult) => void;

/**
 * Returns a class of pg clients whose results can be collected with the young objects. The promise of pg's own client, and
 * its `query_timeout`, assign a function literal to a property (`query.callback = (…) => …`). V8 takes such a function for a
 * method of an object that lives long, and creates it in the old generation. All that it refers to, which is the whole result,
 * is then kept and copied until the next full collection.
 */
export function collectableResults(Base: typeof Client): typeof Client {
  class CollectableResultsClient extends Base {}
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its client
  const send = Base.prototype.query as Send;
  (CollectableResultsClient.prototype as { query: Send }).query = function (this: Client, query, values, callback) {
    if (callback !== undefined || typeof values === 'function' || !isAwaited(query)) {
      return send.call(this, query, values, callback);
    }
    return resultOf(this, send, (settle) => {
      const made = new Query(query as string, values as unknown[], settle);
      // pg reads the limit of one statement from its query.
      const { query_timeout } = query as QueryConfig & { query_timeout?: number };
      return query_timeout === undefined ? made : Object.assign(made, { query_timeout });
    });
  };
  return CollectableResultsClient;
}

/**
 * The result of a query, which can be collected with the young objects.
 * @param send pg's `query` of the client
 * @param make creates the query with this callback
 */
export function resultOf(client: Client, send: Send, make: (settle: Settle) => Query): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    const waiting = new Waiting(resolve, reject);
    const settle: Settle = (error, result) => waiting.settle(error, result);
    waiting.query = make(settle);
    send.call(client, waiting.query);
  });
}

/** Forgets everything when the response has arrived, because pg's function for the timeout still refers to it. */
class Waiting {
  query: Query | undefined;

  constructor(
    private resolve: ((result: QueryResult) => void) | undefined,
    private reject: ((error: Error) => void) | undefined,
  ) {}

  settle(error: Error | undefined, result: QueryResult): void {
    const { resolve, reject, query } = this;
    this.resolve = this.reject = this.query = undefined;
    if (error) return reject?.(error);
    // After a failure the server may still send rows, for which the query needs it.
    if (query) (query as unknown as WithResult)._result = (query as unknown as WithResult)._results = undefined;
    resolve?.(result);
  }
}

/** Whether pg returns a promise: not for a query, cursor or stream of any class, nor for a configuration with a callback. */
function isAwaited(query: unknown): boolean {
  if (typeof query === 'string') return true;
  if (typeof query !== 'object' || query === null) return false;
  return !('submit' in query) && !('callback' in query);
}
