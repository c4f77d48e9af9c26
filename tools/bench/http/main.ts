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
import {
  ofEach,
  ofEachInTurn,
  startIssuer,
  startService,
  startSimpleServer,
  stopServer,
  type OfEach,
  type Server,
  type ServerName,
} from './servers';
import { median } from './statistics';
import { transpileServers } from './transpile';

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
  const scripts = await transpileServers(workFolder);
  const postgres = await startTemporaryPostgres(undo, { autovacuum: 'off' });
  await migrate(postgres.url);
  const fixture = await createFixture(postgres.adminUrl);
  const issuer = await startIssuer();
  undo.add(() => issuer.close());

  const stopLater = (server: Server): Server => {
    undo.add(() => stopServer(server));
    return server;
  };
  const startAll = async (): Promise<OfEach<Server>> => ({
    service: stopLater(await startService(postgres.url, issuer, CONCURRENCY)),
    nest: stopLater(await startSimpleServer(scripts.nest, postgres.url, CONCURRENCY)),
    bare: stopLater(await startSimpleServer(scripts.bare, postgres.url, CONCURRENCY)),
  });

  progress('Idle memory …');
  const idle: OfEach<number>[] = [];
  for (let start = 1; start < STARTS; start += 1) {
    const servers = await startAll();
    idle.push(await ofEachInTurn((name) => idleRss(servers[name])));
    await Promise.all(Object.values(servers).map(stopServer));
  }
  const servers = await startAll();
  idle.push(await ofEachInTurn((name) => idleRss(servers[name])));

  await checkSameWork(
    postgres.adminUrl,
    fixture,
    ofEach((name) => servers[name].target),
  );

  const reports: ScenarioReport[] = [];
  for (const scenario of scenarios) {
    progress(`To ${scenario.name} …`);
    const measure = (requests: number) => (name: ServerName) =>
      cpuPerRequest(servers[name], scenario, fixture, requests, CONCURRENCY);
    // As many of each: code is compiled by how often it was called, not by how much there is of it.
    await interleave(1, measure(extent.warmUp));
    const rounds = await interleave(extent.rounds, measure(Math.round(extent.requests * scenario.weight)));
    reports.push({ name: scenario.name, rounds });
  }
  return {
    scenarios: reports,
    idleRssBytes: ofEach((name) => median(idle.map((bytes) => bytes[name]))),
    loadedRssBytes: await ofEachInTurn((name) => loadedRss(servers[name])),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}

program
  .name('bench:http')
  .description(
    'Measures the CPU time and the memory of the service against a bare Fastify and pg server that answers the same with ' +
      'the same SQL, and against a plain Nest and TypeORM one, all in turns. Exits with 1 when a bar is missed.',
  )
  .option('--quick', 'about a minute and a half, and less sure')
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
