import { describePgBouncer } from '../../query-timing/support/pgbouncer-behaviour';

describe('behind PgBouncer 1.24', () => describePgBouncer('trixie'));
