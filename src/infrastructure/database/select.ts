import { ok, ResultAsync } from 'neverthrow';
import type { DataSource } from 'typeorm';
import { toPortError } from './driver-errors';
import type { StaleReads } from './replica/stale-reads';

/**
 * Reads with one statement, outside of a transaction.
 *
 * @param from the data source, or {@link StaleReads} for what may be a little old
 * @param toView makes the result of the rows
 */
export function select<Row, View>(
  from: Pick<DataSource, 'query'> | StaleReads,
  sql: string,
  parameters: unknown[],
  toView: (rows: Row[]) => View,
): ResultAsync<View, never> {
  const selected = from.query<Row[]>(sql, parameters).then(
    (rows) => ok(toView(rows)),
    (error: unknown) => {
      throw toPortError(error);
    },
  );
  return new ResultAsync(selected);
}
