/**
 * Puts another method in the place of an object's own or inherited one. The answer puts the original back, unless
 * somebody else has put theirs on top in the meantime: then it stays and must pass everything on. An inherited method
 * is put back as an own one, because deleting a property makes V8 treat the whole object as a slow dictionary.
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
