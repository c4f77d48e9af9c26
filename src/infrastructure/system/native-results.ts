import { err, errAsync, ok, ResultAsync, type Result } from 'neverthrow';

type Settled = Result<unknown, unknown>;
type Change = (from: unknown) => unknown;
type Continue = (from: unknown) => Settled | PromiseLike<Settled>;

/** What neverthrow keeps in a ResultAsync, and its types do not declare. */
interface WithPromise {
  readonly _promise: Promise<Settled>;
}

async function mapped({ _promise }: WithPromise, change: Change): Promise<Settled> {
  const result = await _promise;
  return result.isErr() ? err(result.error) : ok(await change(result.value));
}

async function errorMapped({ _promise }: WithPromise, change: Change): Promise<Settled> {
  const result = await _promise;
  return result.isOk() ? ok(result.value) : err(await change(result.error));
}

async function recovered({ _promise }: WithPromise, recover: Continue): Promise<Settled> {
  const result = await _promise;
  return result.isOk() ? ok(result.value) : recover(result.error);
}

async function passedThrough({ _promise }: WithPromise, check: Continue): Promise<Settled> {
  const result = await _promise;
  if (result.isErr()) return err(result.error);
  const checked = await check(result.value);
  return checked.isErr() ? err(checked.error) : ok(result.value);
}

async function noticed({ _promise }: WithPromise, isNoticed: (result: Settled) => boolean, notice: Change) {
  const result = await _promise;
  try {
    if (isNoticed(result)) await notice(result.isOk() ? result.value : result.error);
  } catch {
    // As neverthrow does: what is done beside the result does not change it.
  }
  return result.isOk() ? ok(result.value) : err(result.error);
}

const isOk = (result: Settled): boolean => result.isOk();
const isErr = (result: Settled): boolean => result.isErr();

const methods = {
  map(this: WithPromise, change: Change) {
    return new ResultAsync(mapped(this, change));
  },
  mapErr(this: WithPromise, change: Change) {
    return new ResultAsync(errorMapped(this, change));
  },
  orElse(this: WithPromise, recover: Continue) {
    return new ResultAsync(recovered(this, recover));
  },
  andThrough(this: WithPromise, check: Continue) {
    return new ResultAsync(passedThrough(this, check));
  },
  andTee(this: WithPromise, notice: Change) {
    return new ResultAsync(noticed(this, isOk, notice));
  },
  orTee(this: WithPromise, notice: Change) {
    return new ResultAsync(noticed(this, isErr, notice));
  },
  /** For `yield*` in `safeTry`. */
  async *[Symbol.asyncIterator](this: WithPromise): AsyncGenerator<unknown, unknown> {
    const result = await this._promise;
    if (result.isErr()) yield errAsync(result.error);
    else return result.value;
  },
};

/**
 * Gives neverthrow's ResultAsync methods that use the async functions of the language, for the whole process. neverthrow is
 * compiled for 2015, where each is a generator function that is created for the call. To every generator function that is
 * called, V8 gives a prototype and three hidden classes. These are in the old generation, and keep all that the function
 * refers to until the next full collection. What it saves: docs/adr/ADR-019-errors-as-values.md. A test compares the behaviour
 * with neverthrow's own.
 */
export function useNativeResults(): void {
  const prototype: object = ResultAsync.prototype;
  Object.assign(prototype, methods);
}
