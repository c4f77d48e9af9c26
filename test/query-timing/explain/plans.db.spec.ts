import { createTestDatabase } from '../support/postgres';
import { describePostgresPlans } from './postgres-plans';

describePostgresPlans(createTestDatabase);
