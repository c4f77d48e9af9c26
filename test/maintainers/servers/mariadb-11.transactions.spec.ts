import { describeMySqlTransactionOracle } from '../../query-timing/oracle/mysql-transaction-oracle';
import { describeMySqlTransactions } from '../../query-timing/support/mysql-transactions';
import { MARIADB_11 } from './support/mariadb-11';

describe('on MariaDB 11.8', () => describeMySqlTransactionOracle(MARIADB_11));
describeMySqlTransactions(MARIADB_11);
