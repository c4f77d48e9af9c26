import { MARIADB } from './support/mariadb';
import { describeMySqlTransactions } from './support/mysql-transactions';

describeMySqlTransactions(MARIADB);
