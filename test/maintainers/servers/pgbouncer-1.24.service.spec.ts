import { describeServiceBehindPgBouncer } from './support/service-behind-pgbouncer';

describe('the service behind PgBouncer 1.24', () =>
  describeServiceBehindPgBouncer({ suite: 'trixie', trackedLimits: 'do not hold' }));
