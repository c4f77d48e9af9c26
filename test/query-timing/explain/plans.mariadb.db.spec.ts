import { installQueryTiming } from '../../../src/query-timing/core';
import { MARIADB } from '../support/mariadb';
import { startMySql } from '../support/mysql-family';
import { recordingLogger } from '../support/recording-logger';
import { describeMySqlPlans } from './mysql-plans';

describe('the plan of a slow statement on MariaDB', () => describeMySqlPlans(MARIADB));

it('has no figures of a MariaDB as it starts by default, and says what to set', async () => {
  const server = await startMySql({ ...MARIADB, performanceSchema: false });
  const dataSource = await server.dataSource().initialize();
  try {
    const timing = installQueryTiming(dataSource, { logger: recordingLogger() });
    const { source, reason } = await timing.serverStatements();
    expect([source, reason]).toEqual([undefined, expect.stringContaining('performance_schema=ON')]);
  } finally {
    await dataSource.destroy();
    await server.stop();
  }
}, 120_000);
