import { describeMySqlPlans } from '../../query-timing/explain/mysql-plans';
import { MARIADB_11 } from './support/mariadb-11';

describe('the plan of a slow statement on MariaDB 11.8', () => describeMySqlPlans(MARIADB_11));
