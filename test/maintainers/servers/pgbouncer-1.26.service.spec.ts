import { describeServiceBehindPgBouncer } from './support/service-behind-pgbouncer';

describe('the service behind PgBouncer 1.26', () =>
  describeServiceBehindPgBouncer({ suite: 'forky', trackedLimits: 'hold' }));
