import { describePostgresPlans } from '../../query-timing/explain/postgres-plans';
import { createDatabaseOn } from '../../query-timing/support/postgres';
import { POSTGRES_17, startTranslatedPostgres } from './support/debian-postgres';

describe('on a PostgreSQL 17', () =>
  describePostgresPlans(async () => createDatabaseOn(await startTranslatedPostgres(POSTGRES_17))));
