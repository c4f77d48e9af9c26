import type { EmbeddedPostgres } from '../../src/infrastructure/database/embedded-postgres';
import { freePort } from '../../src/infrastructure/database/embedded-postgres/free-port';
import { signForRunningService } from '../../src/infrastructure/auth/development-issuer';
import { buildWhenStale, projectRoot, serviceEntry } from '../service-process/build';
import { ServerProcess } from '../service-process/server-process';
import { startTemporaryPostgres } from '../service-process/temporary-postgres';
import type { UndoList } from '../undo-list';
import type { Progress } from '../progress';
import { CUSTOMER, SCOPE, type Stage } from './stage';

/** So short that idempotency keys expire, and are deleted, while the demo runs. */
const RETENTION_HOURS = '0.0005';
const SWEEP_INTERVAL_MS = '500';

/** Starts the service and a database for it, and is no hindrance to one that runs already. */
export async function startOwnService(
  slowThresholdMs: number,
  undo: UndoList,
  progress: Progress,
  signal: AbortSignal,
): Promise<Stage> {
  await buildWhenStale((line) => progress.say(line));
  progress.say('Starting PostgreSQL and the service …');
  const postgres = await startTemporaryPostgres(undo, {}, signal);
  const settings = {
    QUERY_TIMING_SLOW_THRESHOLD_MS: String(slowThresholdMs),
    IDEMPOTENCY_RETENTION_HOURS: RETENTION_HOURS,
    IDEMPOTENCY_SWEEP_INTERVAL_MS: SWEEP_INTERVAL_MS,
  };
  return startServiceOn(postgres, settings, undo, signal);
}

/** Starts the service on a database that runs, with these environment variables beside those that every demo needs. */
export async function startServiceOn(
  postgres: EmbeddedPostgres,
  settings: Readonly<Record<string, string>>,
  undo: UndoList,
  signal: AbortSignal,
): Promise<Stage> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const service = await ServerProcess.start(
    {
      script: serviceEntry,
      cwd: projectRoot,
      readyUrl: `${url}/health/ready`,
      env: {
        HOST: '127.0.0.1',
        PORT: String(port),
        DATABASE_URL: postgres.url,
        RATE_LIMIT: '0',
        LOG_LEVEL: 'error',
        SHUTDOWN_DRAIN_MS: '0',
        ...settings,
      },
    },
    signal,
  );
  undo.add(() => service.stop());
  const token = await signForRunningService(port, { subject: CUSTOMER, scopes: [SCOPE] });
  return { url, metricsUrl: url, databaseUrl: postgres.adminUrl, token };
}
