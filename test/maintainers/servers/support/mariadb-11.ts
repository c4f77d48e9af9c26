import { createSystemTables, MARIADB, MARIADBD } from '../../../query-timing/support/mariadb';
import type { MySqlFlavour } from '../../../query-timing/support/mysql-family';
import { programOf } from '../../../support/debian/program-of';

/** MariaDB 11.8. */
export const MARIADB_11: MySqlFlavour = {
  ...MARIADB,
  suite: 'trixie',
  program: (root) => programOf(root, MARIADBD),
  initialize: createSystemTables('usr/share/mariadb/mariadb'),
};
