import { describeMySqlTransactionOracle } from '../../query-timing/oracle/mysql-transaction-oracle';
import { describeMySqlTransactions } from '../../query-timing/support/mysql-transactions';
import { MYSQL } from './support/mysql';

describe('on MySQL', () => describeMySqlTransactionOracle(MYSQL));
describeMySqlTransactions(MYSQL);
