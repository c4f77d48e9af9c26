import { ok, ResultAsync } from 'neverthrow';
import type { DataSource } from 'typeorm';
import { toPortError } from './driver-errors';

/** Reads with one statement, outside of a transaction. @param toView makes the result of the rows */
export function select<Row, View>(
  dataSource: DataSource,
  sql: string,
  parameters: unknown[],
  toView: (rows: Row[]) => View,
): ResultAsync<View, never> {
  const selected = dataSource.query<Row[]>(sql, parameters).then(
    (rows) => ok(toView(rows)),
    (error: unknown) => {
      throw toPortError(error);
    },
  );
  return new ResultAsync(selected);
}
