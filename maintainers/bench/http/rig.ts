import { join } from 'node:path';
import { migrate } from '../../../src/infrastructure/database/migrate';
import { buildWhenStale, projectRoot } from '../../../tools/service-process/build';
import { startTemporaryPostgres } from '../../../tools/service-process/temporary-postgres';
import type { UndoList } from '../../../tools/undo-list';
import { DatabaseCpu } from './database-cpu';
import { createFixture } from './fixture';
import { load, type Sample } from './measure';
import type { Fixture, Scenario } from './scenarios';
import { startIssuer, startService, startSimpleServer, stopServer, type Server, type ServerName } from './servers';
import { transpileServers } from './transpile';

const CONCURRENCY = 8;
export const workFolder = join(projectRoot, '.cache', 'bench-http');

/** A database with its fixture, and what starts the servers on it. */
export interface Rig {
  readonly adminUrl: string;
  readonly fixture: Fixture;
  start(name: ServerName): Promise<Server>;
  load(server: Server, scenario: Scenario, requests: number): Promise<Sample>;
}

export async function prepareRig(node: string, undo: UndoList, progress: (line: string) => void): Promise<Rig> {
  await buildWhenStale(progress, { asShipped: true });
  const scripts = await transpileServers(workFolder);
  const { url, adminUrl } = await startTemporaryPostgres(undo, { autovacuum: 'off' });
  await migrate(url);
  const fixture = await createFixture(adminUrl);
  const database = await DatabaseCpu.connect(adminUrl);
  undo.add(() => database.close());
  const issuer = await startIssuer();
  undo.add(() => issuer.close());
  const start: Readonly<Record<ServerName, () => Promise<Server>>> = {
    service: () => startService(node, url, issuer, CONCURRENCY),
    unprepared: () => startService(node, url, issuer, CONCURRENCY, { DATABASE_PREPARED_STATEMENTS: '0' }),
    nest: () => startSimpleServer(node, scripts.nest, url, CONCURRENCY),
    bare: () => startSimpleServer(node, scripts.bare, url, CONCURRENCY),
    named: () => startSimpleServer(node, scripts.bare, url, CONCURRENCY, { NAMED_STATEMENTS: 'true' }),
  };
  return {
    adminUrl,
    fixture,
    start: async (name) => {
      const server = await start[name]();
      undo.add(() => stopServer(server));
      return server;
    },
    load: (server, scenario, requests) => load(server, database, scenario, fixture, requests, CONCURRENCY),
  };
}
