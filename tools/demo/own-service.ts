import type { EmbeddedPostgres } from '../../development-database';
import { freePort } from '../../development-database/free-port';
import { signForRunningService } from '../../src/infrastructure/auth/development-issuer';
import { buildWhenStale, projectRoot, serviceEntry } from '../service-process/build';
import { ServerProcess } from '../service-process/server-process';
import { startTemporaryPostgres } from '../service-process/temporary-postgres';
import type { Session } from '../session';
import { CUSTOMER, SCOPE, type Target } from './target';

/** The demo is over before an idempotency key with the default retention expires: these expire and are deleted meanwhile. */
const SHORT_RETENTION = { IDEMPOTENCY_RETENTION_HOURS: '0.0005', IDEMPOTENCY_SWEEP_INTERVAL_MS: '500' };

export interface OwnService extends Target {
  /** Of the superuser, whose statements are not counted as those of the service. */
  readonly databaseUrl: string;
}

type Settings = Readonly<Record<string, string>>;

/** Starts a service with its own database, next to any service that is running already. */
export async function startOwnService(settings: Settings, session: Session): Promise<OwnService> {
  await buildWhenStale((line) => session.progress.say(line));
  session.progress.say('Starting PostgreSQL and the service …');
  const postgres = await startTemporaryPostgres(session.undo, {}, session.signal);
  return startServiceOn(postgres, { ...SHORT_RETENTION, ...settings }, session);
}

/** Starts a service on a running database. The settings are added to those that every demo needs. */
export async function startServiceOn(
  postgres: EmbeddedPostgres,
  settings: Settings,
  { undo, signal }: Omit<Session, 'progress'>,
): Promise<OwnService> {
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
        // Their statements would change the counts while they are compared.
        OUTBOX_RELAY: 'false',
        QUERY_TIMING_EXPLAIN: 'false',
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
