/** Frames that are read: Nest, RxJS and TypeORM together need about forty. */
const DEPTH = 100;

type AnyFunction = (...args: never[]) => unknown;

/**
 * The stack above a function, as V8's own objects, the innermost first. `Error` is as before afterwards, whatever it had there.
 *
 * @param below frames of this function, and of those that it called, are left out
 * @returns undefined where `Error` is frozen, or is not V8's
 */
export function captureCallSites(below: AnyFunction): readonly NodeJS.CallSite[] | undefined {
  const stack = captured(below, DEPTH, {}, (_, sites) => sites);
  return Array.isArray(stack) ? (stack as NodeJS.CallSite[]) : undefined;
}

/**
 * One frame of the same stack as the process prints it: test runners and loaders of TypeScript, which may have put their
 * own function in the place of V8's, print the position in the source.
 *
 * @param index of the call site
 */
export function printedFrame(below: AnyFunction, index: number): string | undefined {
  const stack = captured(below, index + 1, new Error());
  return typeof stack === 'string' ? stack.trimEnd().split('\n').at(-1) : undefined;
}

function captured(
  below: AnyFunction,
  depth: number,
  holder: { stack?: unknown },
  formatter?: typeof Error.prepareStackTrace,
): unknown {
  const restoreDepth = replaced('stackTraceLimit', depth);
  const restoreFormatter = formatter && replaced('prepareStackTrace', formatter);
  try {
    Error.captureStackTrace(holder, below);
    return holder.stack;
  } catch {
    return undefined; // A formatter of another library may throw.
  } finally {
    restoreFormatter?.();
    restoreDepth();
  }
}

/** Without an exception where `Error` cannot be changed. */
function replaced(name: 'stackTraceLimit' | 'prepareStackTrace', value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(Error, name);
  const present: unknown = Reflect.get(Error, name);
  if (!Reflect.set(Error, name, value)) return () => undefined;
  return () => void (before === undefined ? Reflect.deleteProperty(Error, name) : Reflect.set(Error, name, present));
}
