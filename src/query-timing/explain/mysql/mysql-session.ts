import type { DataSource } from 'typeorm';
import type { Connector } from '../side-connection';
import { mysqlConnector, rowsOf, type MySqlConnection } from './mysql-connector';

const COMMON = ['SESSION TRANSACTION READ ONLY', 'lock_wait_timeout = 1, innodb_lock_wait_timeout = 1'];
/** Estimates for values that are equal are those of the index, not of the neutral value. */
const GENERIC = 'eq_range_index_dive_limit = 1';

/** Connections that only read, and on which the server gives up soon. */
export function mysqlSession(dataSource: DataSource, timeoutMs: number): Connector<MySqlConnection> {
  const connector = mysqlConnector(dataSource);
  return {
    async open(lost, abandoned) {
      const connection = await connector.open(lost, abandoned);
      try {
        const [row] = await rowsOf(connection, 'SELECT VERSION() AS query_timing_version');
        for (const settings of settingsOf(String(row?.['query_timing_version']), timeoutMs)) {
          await rowsOf(connection, `SET ${settings}`);
        }
      } catch (error) {
        connector.destroy(connection);
        throw error;
      }
      return connection;
    },
    destroy: (connection) => connector.destroy(connection),
  };
}

function settingsOf(version: string, timeoutMs: number): readonly string[] {
  if (/mariadb/i.test(version)) return [...COMMON, `max_statement_time = ${timeoutMs / 1000}, ${GENERIC}`];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const hasFormats = major > 8 || (major === 8 && minor >= 3);
  // The newer format is a tree of other names.
  return [
    ...COMMON,
    `max_execution_time = ${timeoutMs}, ${GENERIC}`,
    ...(hasFormats ? ['explain_json_format_version = 1'] : []),
  ];
}
