/**
 * Puts another method in the place of an object's own or inherited one. The answer takes it out again, unless somebody
 * else has put theirs on top in the meantime: then it stays and must pass everything on.
 */
export function replaceMethod<T extends object, K extends keyof T>(
  target: T,
  name: K,
  replacement: (original: T[K]) => T[K],
): () => void {
  const original = target[name];
  if (typeof original !== 'function') return () => undefined;
  const inherited = !Object.hasOwn(target, name);
  const replaced = replacement(original);
  target[name] = replaced;
  return () => {
    if (target[name] !== replaced) return;
    if (inherited) delete target[name];
    else target[name] = original;
  };
}
