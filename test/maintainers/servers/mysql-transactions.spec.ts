import { describeMySqlTransactions } from '../../query-timing/support/mysql-transactions';
import { MARIADB_11 } from './support/mariadb-11';
import { MYSQL } from './support/mysql';

describe('on MariaDB 11.8', () => describeMySqlTransactions(MARIADB_11));
describe('on MySQL 9.7', () => describeMySqlTransactions(MYSQL));
