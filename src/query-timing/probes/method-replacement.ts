/**
 * Replaces an own or inherited method of an object. The returned function restores the original, unless another library
 * has wrapped the replacement in the meantime: then it stays and must pass everything on. An inherited method is restored
 * as an own one, because deleting a property turns the whole object into a slow dictionary in V8.
 */
export function replaceMethod<T extends object, K extends keyof T>(
  target: T,
  name: K,
  replacement: (original: T[K]) => T[K],
): () => void {
  const original = target[name];
  if (typeof original !== 'function') return () => undefined;
  const replaced = replacement(original);
  target[name] = replaced;
  return () => {
    if (target[name] === replaced) target[name] = original;
  };
}
