import { MARIADB } from '../support/mariadb';
import { describeMySqlOracle } from './mysql-oracle';

describeMySqlOracle(MARIADB);
