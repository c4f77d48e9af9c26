import type * as Neverthrow from 'neverthrow';
import type * as NativeResults from '../../../src/infrastructure/system/native-results';

/** neverthrow as it is, and with the native methods. */
function loaded(isNative: boolean): typeof Neverthrow {
  let module: typeof Neverthrow | undefined;
  jest.isolateModules(() => {
    module = jest.requireActual<typeof Neverthrow>('neverthrow');
    if (isNative)
      jest.requireActual<typeof NativeResults>('../../../src/infrastructure/system/native-results').useNativeResults();
  });
  return module!;
}

const original = loaded(false);
const native = loaded(true);

/** Compiled to generator functions, or to what calls them. */
const compiled = /__awaiter|__asyncGenerator/;
const sourceOf = ({ ResultAsync }: typeof Neverthrow, name: PropertyKey): string =>
  String((ResultAsync.prototype as unknown as Record<PropertyKey, unknown>)[name]);

/** The whole class, and a method that is deprecated and not used here. */
const LEFT_ALONE: readonly PropertyKey[] = ['constructor', 'safeUnwrap'];
const compiledMethods = Reflect.ownKeys(original.ResultAsync.prototype).filter(
  (name) => !LEFT_ALONE.includes(name) && compiled.test(sourceOf(original, name)),
);

describe('the native methods of ResultAsync', () => {
  it('replace all that neverthrow compiles for 2015', () => {
    expect(compiledMethods.map(String).sort()).toEqual([
      'Symbol(Symbol.asyncIterator)',
      'andTee',
      'andThrough',
      'map',
      'mapErr',
      'orElse',
      'orTee',
    ]);
    for (const name of compiledMethods) expect(sourceOf(native, name)).not.toMatch(compiled);
  });

  it('are used by the service', () => {
    jest.isolateModules(() => {
      jest.requireActual('../../../src/service');
      const used = jest.requireActual<typeof Neverthrow>('neverthrow');
      for (const name of compiledMethods) expect(sourceOf(used, name)).not.toMatch(compiled);
    });
  });

  type Outcome = { ok: unknown } | { err: unknown } | { rejected: unknown };
  type Callback = (from: unknown) => unknown;

  const callbacks: Readonly<Record<string, (library: typeof Neverthrow) => Callback>> = {
    'a value': () => (from) => ['changed', from],
    'a promise': () => async (from) => ['changed', from],
    nothing: () => () => undefined,
    'an exception': () => () => {
      throw new Error('of the callback');
    },
    'a rejection': () => async () => {
      throw new Error('of the callback');
    },
    'an Ok':
      ({ ok }) =>
      () =>
        ok('checked'),
    'an Err':
      ({ err }) =>
      () =>
        err('refused'),
    'a ResultAsync that is Ok':
      ({ okAsync }) =>
      () =>
        okAsync('checked'),
    'a ResultAsync that is Err':
      ({ errAsync }) =>
      () =>
        errAsync('refused'),
  };
  const sources: Readonly<Record<string, (library: typeof Neverthrow) => Neverthrow.ResultAsync<unknown, unknown>>> = {
    'an Ok': ({ okAsync }) => okAsync('value'),
    'an Err': ({ errAsync }) => errAsync('error'),
    'a rejected promise': ({ ResultAsync }) =>
      new ResultAsync(new Promise((_resolve, reject) => setImmediate(() => reject(new Error('of the promise'))))),
  };
  const methods = compiledMethods.filter((name) => typeof name === 'string');

  const outcomeOf = (result: PromiseLike<Neverthrow.Result<unknown, unknown>>): Promise<Outcome> =>
    Promise.resolve(result).then(
      (settled) => {
        // What is returned need not be a Result: types forbid it, and a callback may do it.
        if (typeof (settled as { isOk?: unknown } | undefined)?.isOk !== 'function') return { ok: settled };
        return settled.isOk() ? { ok: settled.value } : { err: settled.error };
      },
      (error: unknown) => ({ rejected: String(error) }),
    );

  async function outcome(library: typeof Neverthrow, source: string, method: PropertyKey, callback: string) {
    const calls: unknown[] = [];
    const from = sources[source]!(library) as unknown as Record<PropertyKey, (callback: Callback) => unknown>;
    const work = callbacks[callback]!(library);
    const result = from[method]!((value) => {
      calls.push(value);
      return work(value);
    });
    const settled = await outcomeOf(result as PromiseLike<Neverthrow.Result<unknown, unknown>>);
    return { isResultAsync: result instanceof library.ResultAsync, calls, settled: JSON.stringify(settled) };
  }

  const cases = methods.flatMap((method) =>
    Object.keys(sources).flatMap((source) =>
      Object.keys(callbacks).map((callback) => [String(method), source, callback] as const),
    ),
  );

  it.each(cases)(
    '%s of %s with a callback that returns %s does what neverthrow does',
    async (...[method, source, callback]) => {
      const [expected, actual] = [
        await outcome(original, source, method, callback),
        await outcome(native, source, method, callback),
      ];
      // A message of V8 about what is not a Result names the variable.
      if (expected.settled.includes('TypeError')) expect(actual.settled).toContain('TypeError');
      else expect(actual).toEqual(expected);
    },
  );

  it.each(Object.keys(sources))('yield* of %s does what neverthrow does', async (source) => {
    const tried = (library: typeof Neverthrow) =>
      outcomeOf(
        library.safeTry(async function* () {
          // eslint-disable-next-line local/await-before-yield -- what is compared
          const first = yield* sources[source]!(library);
          // eslint-disable-next-line local/await-before-yield -- what is compared
          const second = yield* library.okAsync(`after ${String(first)}`);
          return library.ok(second);
        }) as unknown as PromiseLike<Neverthrow.Result<unknown, unknown>>,
      );
    expect(await tried(native)).toEqual(await tried(original));
  });
});
