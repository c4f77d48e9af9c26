import { describeMySqlOracle } from '../../query-timing/oracle/mysql-oracle';
import { MARIADB_11 } from './support/mariadb-11';

describe('on MariaDB 11.8', () => describeMySqlOracle(MARIADB_11));
