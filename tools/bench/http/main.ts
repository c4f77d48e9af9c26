import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { program } from 'commander';
import { migrate } from '../../../src/infrastructure/database/migrate';
import { buildWhenStale, projectRoot } from '../../service-process/build';
import { startTemporaryPostgres } from '../../service-process/temporary-postgres';
import { UndoList } from '../../service-process/undo-list';
import { createFixture } from './fixture';
import { cpuPerRequest, idleRss, interleave, loadedRss } from './measure';
import { missedBars, table, type Report, type ScenarioReport } from './report';
import { checkSameWork } from './same-work';
import { scenarios } from './scenarios';
import { startBareServer, startIssuer, startService, stopServer, type Server } from './servers';
import { estimate, median } from './statistics';
import { transpileBareServer } from './transpile';

const CONCURRENCY = 8;
const STARTS = 3;
const workFolder = join(projectRoot, '.cache', 'bench-http');

interface Extent {
  readonly rounds: number;
  readonly requests: number;
  readonly warmUp: number;
}

const extents: Readonly<Record<'quick' | 'long', Extent>> = {
  quick: { rounds: 8, requests: 800, warmUp: 2_000 },
  long: { rounds: 30, requests: 2_000, warmUp: 6_000 },
};

async function run(extent: Extent, undo: UndoList, progress: (line: string) => void): Promise<Report> {
  buildWhenStale(progress);
  const bareScript = await transpileBareServer(workFolder);
  const postgres = await startTemporaryPostgres(undo, { autovacuum: 'off' });
  await migrate(postgres.url);
  const fixture = await createFixture(postgres.adminUrl);
  const issuer = await startIssuer();
  undo.add(() => issuer.close());

  const stopLater = (server: Server): Server => {
    undo.add(() => stopServer(server));
    return server;
  };
  const startBoth = async (): Promise<{ service: Server; bare: Server }> => ({
    service: stopLater(await startService(postgres.url, issuer, CONCURRENCY)),
    bare: stopLater(await startBareServer(bareScript, postgres.url, CONCURRENCY)),
  });

  progress('Idle memory …');
  const idle: { service: number; bare: number }[] = [];
  for (let start = 1; start < STARTS; start += 1) {
    const { service, bare } = await startBoth();
    idle.push({ service: await idleRss(service), bare: await idleRss(bare) });
    await Promise.all([stopServer(service), stopServer(bare)]);
  }
  const { service, bare } = await startBoth();
  idle.push({ service: await idleRss(service), bare: await idleRss(bare) });

  await checkSameWork(postgres.adminUrl, fixture, service.target, bare.target);

  const reports: ScenarioReport[] = [];
  for (const scenario of scenarios) {
    progress(`To ${scenario.name} …`);
    const measure = (server: Server, requests: number) => (): Promise<number> =>
      cpuPerRequest(server, scenario, fixture, Math.round(requests * scenario.weight), CONCURRENCY);
    await interleave(1, measure(service, extent.warmUp), measure(bare, extent.warmUp));
    const measured = await interleave(extent.rounds, measure(service, extent.requests), measure(bare, extent.requests));
    reports.push({
      name: scenario.name,
      cpuMicroseconds: { service: median(measured.service), bare: median(measured.bare) },
      throughputRatio: estimate(measured.service.map((cpu, round) => measured.bare[round]! / cpu)),
      rounds: measured,
    });
  }
  return {
    scenarios: reports,
    idleRssBytes: {
      service: median(idle.map((bytes) => bytes.service)),
      bare: median(idle.map((bytes) => bytes.bare)),
    },
    loadedRssBytes: { service: await loadedRss(service), bare: await loadedRss(bare) },
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}

program
  .name('bench:http')
  .description(
    'Measures the CPU time and the memory of the service against a bare Fastify and pg server that answers the same with ' +
      'the same SQL, both in turns. Exits with 1 when a bar is missed.',
  )
  .option('--quick', 'about a minute, and less sure')
  .option('--json <file>', 'where all figures are written', join(workFolder, 'result.json'))
  .action(async ({ quick, json }: { quick?: boolean; json: string }) => {
    const undo = new UndoList();
    const interrupted = (): void => void undo.run().then(() => process.exit(130));
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    try {
      const report = await run(extents[quick ? 'quick' : 'long'], undo, (line) => console.error(line));
      await mkdir(dirname(json), { recursive: true });
      await writeFile(json, JSON.stringify(report, undefined, 2));
      console.log(table(report));
      console.log(`All figures: ${relative(process.cwd(), json)}`);
      const missed = missedBars(report);
      for (const line of missed) console.log(line);
      if (missed.length > 0) process.exitCode = 1;
    } finally {
      await undo.run();
    }
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
