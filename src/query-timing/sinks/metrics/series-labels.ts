import { toJson } from '../../globals';
import { wellFormed } from '../../sql/flat-copy';

export type Labels = Readonly<Record<string, string>>;

/** The labels as they are printed: half of a surrogate pair becomes U+FFFD, as in UTF-8. */
export function wellFormedLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, wellFormed(value)]));
}

/** Equal for the same labels in another order. */
export function labelsKey(labels: Labels): string {
  const entries = Object.entries(labels).map(([name, value]) => [name, String(value)] as const);
  return toJson(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Equal for labels that Prometheus does not distinguish: it ignores their order, and a label without a value is the same
 * as none. Two series with one identity make Prometheus drop a sample or the whole scrape.
 *
 * @param defaults labels that the registry adds where they are not set
 */
export function seriesIdentity(labels: Labels, defaults: Labels): string {
  const all = Object.entries({ ...defaults, ...labels });
  return labelsKey(Object.fromEntries(all.filter(([, value]) => value !== '')));
}

/** Without labels that have no value, unless they keep a default label of the registry away. */
export function printedLabels(labels: Labels, defaults: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name, value]) => value !== '' || name in defaults));
}
