import { readConfiguration, type Configuration } from '../../src/infrastructure/config/configuration';

/** The defaults of the service, on a free port and without logs, with the variables of the test. */
export function aConfiguration(variables: Readonly<Record<string, string>> = {}): Configuration {
  return readConfiguration({
    NODE_ENV: 'test',
    DATABASE_URL: 'postgres://not-used',
    PORT: '0',
    LOG_LEVEL: 'silent',
    SHUTDOWN_DRAIN_MS: '0',
    SEED_DATA: 'false',
    RATE_LIMIT: '0',
    // The tests hold the event loop themselves.
    MAX_EVENT_LOOP_LAG_MS: '0',
    ...variables,
  }).match(
    (configuration) => configuration,
    ({ mistakes }) => {
      throw new Error(mistakes.join(' '));
    },
  );
}
