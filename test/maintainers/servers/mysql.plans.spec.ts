import { describeMySqlPlans } from '../../query-timing/explain/mysql-plans';
import { MYSQL } from './support/mysql';

describe('the plan of a slow statement on MySQL', () => describeMySqlPlans(MYSQL));
