import { TypeOrmOrderingUnitOfWork } from '../../src/infrastructure/database/ordering/typeorm-ordering.unit-of-work';
import { databaseOnPostgres, storedEvents } from '../support/transactions-on-postgres';
import { describeOrderingContract } from './ordering.contract';

describe('TypeORM on PostgreSQL', () => {
  const open = databaseOnPostgres();
  describeOrderingContract('PostgreSQL', async () => {
    const { dataSource, transactions } = await open();
    return {
      unitOfWork: new TypeOrmOrderingUnitOfWork(transactions),
      published: () => storedEvents(dataSource),
    };
  });
});
