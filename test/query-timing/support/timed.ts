import { Registry } from 'prom-client';
import { installQueryTiming, type InstallOptions } from '../../../src/query-timing/core';
import { recordingLogger } from './recording-logger';
import { initializedStub, type StubServer } from './stub-postgres';

/** A DataSource on a stubbed server with its metrics in a registry, which can be given. */
export async function timed(options: InstallOptions = {}, server?: StubServer, more: object = {}) {
  const registry = (options.registry || new Registry()) as Registry;
  const logger = recordingLogger();
  const dataSource = await initializedStub(server, more);
  const timing = installQueryTiming(dataSource, { logger, ...options, registry });
  return { registry, dataSource, timing, logger };
}
