import { createSystemTables, MARIADB } from '../../../query-timing/support/mariadb';
import type { MySqlFlavour } from '../../../query-timing/support/mysql-family';

/** MariaDB 11.8. */
export const MARIADB_11: MySqlFlavour = {
  ...MARIADB,
  suite: 'trixie',
  initialize: createSystemTables('usr/share/mariadb/mariadb'),
};
