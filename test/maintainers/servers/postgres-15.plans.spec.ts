import { describePostgresPlans } from '../../query-timing/explain/postgres-plans';
import { createDatabaseOn } from '../../query-timing/support/postgres';
import { POSTGRES_15_WITH_HYPOPG, startTranslatedPostgres } from './support/debian-postgres';

describe('on a PostgreSQL 15', () =>
  describePostgresPlans(async () => createDatabaseOn(await startTranslatedPostgres(POSTGRES_15_WITH_HYPOPG))));
