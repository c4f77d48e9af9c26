import { describeServiceBehindPgBouncer } from './support/service-behind-pgbouncer';

describe('the service behind PgBouncer 1.18', () =>
  describeServiceBehindPgBouncer({ suite: 'bookworm', trackedLimits: 'prevent its start' }));
