import { describeMySqlOracle } from '../../query-timing/oracle/mysql-oracle';
import { MYSQL } from './support/mysql';

describe('on MySQL', () => describeMySqlOracle(MYSQL));
