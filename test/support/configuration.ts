import { readConfiguration, type Configuration } from '../../src/infrastructure/config/configuration';

/**
 * The defaults of the service with the variables of the test, on a free port, without logs, and with limits that a busy machine
 * does not reach.
 */
export function aConfiguration(variables: Readonly<Record<string, string>> = {}): Configuration {
  return readConfiguration({
    NODE_ENV: 'test',
    DATABASE_URL: 'postgres://not-used',
    PORT: '0',
    LOG_LEVEL: 'silent',
    SHUTDOWN_DRAIN_MS: '0',
    SEED_DATA: 'false',
    RATE_LIMIT: '0',
    // Tests of the outbox set it to true: others count statements.
    OUTBOX_RELAY: 'false',
    MAX_EVENT_LOOP_LAG_MS: '0',
    DATABASE_ACQUIRE_TIMEOUT_MS: '60000',
    DATABASE_LOCK_TIMEOUT_MS: '60000',
    DATABASE_STATEMENT_TIMEOUT_MS: '60000',
    DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: '60000',
    REQUEST_TIMEOUT_MS: '60000',
    QUERY_TIMING_SLOW_THRESHOLD_MS: '60000',
    ...variables,
  }).match(
    (configuration) => configuration,
    ({ mistakes }) => {
      throw new Error(mistakes.join(' '));
    },
  );
}
