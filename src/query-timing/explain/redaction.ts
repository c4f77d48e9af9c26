import type { SqlDialect } from '../sql/dialect';
import { fingerprintOf } from '../sql/fingerprint';

const MAX_CONDITION = 300;

/** A condition of a plan without its literals, which are those of the statement. */
export function redacted(condition: string, dialect: SqlDialect): string {
  return fingerprintOf(condition, dialect, MAX_CONDITION);
}
