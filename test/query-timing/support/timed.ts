import { Registry } from 'prom-client';
import { installQueryTiming, type InstallOptions } from '../../../src/query-timing/core';
import { recordingLogger } from './recording-logger';
import { initializedStub, type StubServer } from './stub-postgres';

/** Milliseconds that no query of a test takes, however busy the machine is. */
export const NEVER_SLOW = { slowQueryThresholdMs: 600_000 } as const;

/** A DataSource on a stubbed server with its metrics in a registry, which can be given. Its queries are not slow. */
export async function timed(options: InstallOptions = {}, server?: StubServer, more: object = {}) {
  const registry = (options.registry || new Registry()) as Registry;
  const logger = recordingLogger();
  const dataSource = await initializedStub(server, more);
  const timing = installQueryTiming(dataSource, { logger, ...NEVER_SLOW, ...options, registry });
  return { registry, dataSource, timing, logger };
}
