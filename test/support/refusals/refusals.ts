/** A part of the service whose controllers share a table of problems. */
export interface Feature {
  readonly controllers: readonly string[];
  /** Each kind of refusal that a test must get over HTTP. */
  readonly kinds: readonly string[];
}

/** What one test file has seen. */
export interface Seen {
  /** Its path from the root of the end-to-end tests. */
  readonly file: string;
  /** The codes of problems, by the controller that returned them. */
  readonly refusals: Readonly<Record<string, readonly string[]>>;
  /** From the one file that compares the service with its API document. */
  readonly features?: readonly Feature[];
}

/**
 * The kinds of refusal that no test has seen, one line per feature.
 * @param files all test files; nothing is missing when some of them did not run
 */
export function missingRefusals(files: readonly string[], seen: readonly Seen[]): string[] {
  const ran = new Set(seen.map(({ file }) => file));
  if (!files.every((file) => ran.has(file))) return [];
  const features = seen.flatMap((one) => one.features ?? []);
  return features.flatMap(({ controllers, kinds }) => {
    const met = new Set(controllers.flatMap((name) => seen.flatMap(({ refusals }) => refusals[name] ?? [])));
    const missing = kinds.filter((kind) => !met.has(kind));
    return missing.length > 0 ? [`${controllers.join(', ')}: ${missing.join(', ')}`] : [];
  });
}
