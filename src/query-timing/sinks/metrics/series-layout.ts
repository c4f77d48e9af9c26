import { toJson } from '../../globals';
import { METRIC_FAMILIES, STATEMENT_FAMILIES } from './metric-families';
import { SCOPE_FAMILIES } from './scope-families';
import { POOL_FIGURES, POOL_ROWS } from './metrics-table';

/** Raise it when classes in this folder can no longer work with those of an earlier version. */
const PROTOCOL = 3;

let layout: string | undefined;

/**
 * What two copies of the library must have in common to add up each other's tables, for example after a reload of the
 * code: two versions with different rows would add numbers of different meaning.
 */
export function seriesLayout(): string {
  const poolRows = POOL_ROWS.map((_, row) => row);
  layout ??= toJson([
    PROTOCOL,
    POOL_FIGURES,
    METRIC_FAMILIES.map((family) => {
      const series = family.series({ poolRows, readablePoolRows: poolRows, scopeNames: [] });
      return [family.name, family.type, ...series.map(({ labels }) => labels)];
    }),
    [...STATEMENT_FAMILIES, ...SCOPE_FAMILIES].map(({ name }) => name),
  ]);
  return layout;
}
