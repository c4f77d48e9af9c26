import { describePgBouncer } from './support/pgbouncer-behaviour';

describe("behind the PgBouncer of the machine's own release", () => describePgBouncer());
