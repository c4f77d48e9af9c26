import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { startEmbeddedPostgres } from '../../../development-database';
import { PackagesUnavailableError } from '../../../test/support/debian/debian-packages';
import { monitoringPrograms } from '../../../test/monitoring/support/programs';
import { run } from '../../../tools/command-line';
import { drill } from './drill';

async function main(): Promise<void> {
  const programs = await monitoringPrograms((line) => console.log(line));
  const directory = await mkdtemp(join(tmpdir(), 'monitoring-drill-'));
  // If this process runs as root, the database runs as another user, who must be able to reach its data.
  await chmod(directory, 0o755);
  const postgres = await startEmbeddedPostgres({ directory: join(directory, 'postgres') });
  const startedAt = performance.now();
  const log = (line: string) =>
    console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  try {
    const { url: databaseUrl, adminUrl, pid: postgresPid } = postgres;
    const { messages } = await drill({
      programs,
      directory,
      databaseUrl,
      adminUrl: onDatabase(adminUrl, databaseUrl),
      postgresPid,
      log,
    });
    log(`the drill passed with ${messages.length} notifications`);
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The superuser's URL, with the database of the service. */
function onDatabase(adminUrl: string, databaseUrl: string): string {
  const url = new URL(adminUrl);
  url.pathname = new URL(databaseUrl).pathname;
  return url.href;
}

void run(
  new Command('drill')
    .description(
      'Makes the service slow, takes its database away, freezes it, then kills the service, and prints each notification with its time. Everything stays on this machine.',
    )
    .action(main),
  PackagesUnavailableError,
);
