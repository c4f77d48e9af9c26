import { describePgBouncer } from '../../query-timing/support/pgbouncer-behaviour';

describe('behind PgBouncer 1.26', () => describePgBouncer('forky'));
