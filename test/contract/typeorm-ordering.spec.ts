import { TypeOrmOrderingUnitOfWork } from '../../src/infrastructure/database/ordering/typeorm-ordering.unit-of-work';
import { transactionsOnPostgres } from '../support/transactions-on-postgres';
import { describeOrderingContract } from './ordering.contract';

describe('TypeORM on PostgreSQL', () => {
  const open = transactionsOnPostgres();
  describeOrderingContract('PostgreSQL', async () => new TypeOrmOrderingUnitOfWork(await open()));
});
