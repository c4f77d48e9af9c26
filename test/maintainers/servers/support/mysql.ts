import { join } from 'node:path';
import type { MySqlFlavour } from '../../../query-timing/support/mysql-family';

/** MySQL itself. */
export const MYSQL: MySqlFlavour = {
  name: 'MySQL',
  package: 'mysql-server-core',
  suite: 'sid',
  program: 'usr/sbin/mysqld',
  libraries: ['usr/lib/mysql/private'],
  settings: (root) => [
    `--lc-messages-dir=${join(root, 'usr/share/mysql')}`,
    `--character-sets-dir=${join(root, 'usr/share/mysql/charsets')}`,
    `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`,
    '--secure-file-priv=NULL',
    '--mysqlx=OFF',
    '--innodb-redo-log-capacity=8M',
    '--disable-log-bin',
  ],
  initialize: (_, run) => run('--initialize-insecure').finished(),
};
