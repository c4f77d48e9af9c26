import { Query, type Client, type QueryResult } from 'pg';

/** State of pg's query that its types do not declare. */
interface WithResult {
  _result: unknown;
  _results: unknown;
}

type Send = (query: unknown, values?: unknown, callback?: unknown) => unknown;
type Settle = (error: Error | undefined, result: unknown) => void;

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
    if (callback !== undefined || typeof values === 'function' || isSubmittable(query)) {
      return send.call(this, query, values, callback);
    }
    return new Promise((resolve, reject) => {
      const waiting = new Waiting(resolve, reject);
      // Not a property: a function that is assigned to a variable is created in the young generation.
      const settle: Settle = (error, result) => waiting.settle(error, result);
      waiting.query = new Query(query as string, values as unknown[], settle as never);
      send.call(this, waiting.query);
    });
  };
  return CollectableResultsClient;
}

/** Forgets everything when the response has arrived, because pg's function for the timeout still refers to it. */
class Waiting {
  query: Query | undefined;

  constructor(
    private resolve: ((result: QueryResult) => void) | undefined,
    private reject: ((error: Error) => void) | undefined,
  ) {}

  settle(error: Error | undefined, result: unknown): void {
    const { resolve, reject, query } = this;
    this.resolve = this.reject = this.query = undefined;
    if (error) return reject?.(error);
    // After a failure the server may still send rows, for which the query needs it.
    if (query) (query as unknown as WithResult)._result = (query as unknown as WithResult)._results = undefined;
    resolve?.(result as QueryResult);
  }
}

/** A query, cursor or stream with its own way to report its result. */
const isSubmittable = (query: unknown): boolean => typeof (query as { submit?: unknown } | null)?.submit === 'function';
