import { startMariaDb, type TestMariaDb } from '../support/mariadb';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { ENTITIES, testRepetitions } from './repetitions';

describe('repeated statements on PostgreSQL', () => {
  let database: TestDatabase;
  testRepetitions('PostgreSQL', async () => (database = await createTestDatabase()).dataSource(ENTITIES));
  afterAll(() => database.drop());
});

describe('repeated statements on MariaDB', () => {
  let database: TestMariaDb;
  testRepetitions('MariaDB', async () => (database = await startMariaDb()).dataSource(ENTITIES));
  afterAll(() => database.stop());
});
