type Method = (...args: never[]) => unknown;

/**
 * Puts a function in front of a method of an object. Other libraries may wrap the same method before and after it, and
 * all may be removed in any order:
 *
 * - An inherited method is looked up at each call, so that a later wrapper of the prototype is called as well.
 * - The returned function removes the replacement if it is still the outermost one. Otherwise another library holds a
 *   reference to it, and it stays: from then on it must pass everything on.
 *
 * An object that refuses the property is left alone.
 */
export function replaceMethod<T extends object, K extends keyof T>(
  target: T,
  name: K,
  replacement: (original: T[K]) => T[K],
): () => void {
  const present: unknown = target[name];
  if (typeof present !== 'function') return () => undefined;
  const own = Object.getOwnPropertyDescriptor(target, name);
  const replaced = replacement(own ? (present as T[K]) : (inherited(target, name) as T[K]));
  const property = { value: replaced, configurable: true, writable: true, enumerable: own?.enumerable ?? false };
  if (!Reflect.defineProperty(target, name, property)) return () => undefined;
  return () => {
    if (Object.getOwnPropertyDescriptor(target, name)?.value !== replaced) return;
    if (own) Object.defineProperty(target, name, own);
    else Reflect.deleteProperty(target, name);
  };
}

function inherited(target: object, name: PropertyKey): Method {
  return function (this: unknown, ...args) {
    const method = Reflect.get(Object.getPrototypeOf(target) as object, name, this) as Method;
    return method.apply(this, args);
  };
}
