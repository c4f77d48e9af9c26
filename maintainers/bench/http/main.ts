import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Command } from 'commander';
import { migrate } from '../../../src/infrastructure/database/migrate';
import { nodeOfTheImage } from '../../image/node-of-the-image';
import { bringNode } from '../../node-versions/bring-node';
import { buildWhenStale, projectRoot } from '../../../tools/service-process/build';
import { startTemporaryPostgres } from '../../../tools/service-process/temporary-postgres';
import { UndoList } from '../../../tools/undo-list';
import { run } from '../../../tools/command-line';
import { createFixture } from './fixture';
import { DatabaseCpu } from './database-cpu';
import { verdicts } from './limits';
import { idleRss, interleave, load, loadedRss, type Rounds } from './measure';
import { limits, tables } from './report';
import type { Results } from './results';
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
/** Rounds of warm-up. */
const WARM_UP_ROUNDS = 4;
const workFolder = join(projectRoot, '.cache', 'bench-http');

interface Extent {
  /** Starts of each server: two processes of the same build differ by a few percent. */
  readonly starts: number;
  /** Rounds per start and scenario. */
  readonly rounds: number;
  /** Requests per round of the first scenario; for the others, multiplied by their weight. */
  readonly requests: number;
  /**
   * Requests per round of warm-up. V8 compiles the code of a request for the last time after about 16,000 requests: in each
   * server, its compilers took 0.1 to 0.6 ms per request between the 16,000th and the 19,000th, and next to nothing later.
   */
  readonly warmUp: number;
}

const extents: Readonly<Record<'quick' | 'long', Extent>> = {
  quick: { starts: 1, rounds: 12, requests: 500, warmUp: 500 },
  long: { starts: 3, rounds: 24, requests: 700, warmUp: 7_500 },
};

async function measure(
  node: string,
  extent: Extent,
  undo: UndoList,
  progress: (line: string) => void,
): Promise<Results> {
  await buildWhenStale(progress);
  const scripts = await transpileServers(workFolder);
  const postgres = await startTemporaryPostgres(undo, { autovacuum: 'off' });
  await migrate(postgres.url);
  const fixture = await createFixture(postgres.adminUrl);
  const database = await DatabaseCpu.connect(postgres.adminUrl);
  undo.add(() => database.close());
  const issuer = await startIssuer();
  undo.add(() => issuer.close());

  const stopLater = (server: Server): Server => {
    undo.add(() => stopServer(server));
    return server;
  };
  const idle: OfEach<number>[] = [];
  const loaded: OfEach<number>[] = [];
  const starts: OfEach<Rounds>[][] = scenarios.map(() => []);
  for (let start = 1; start <= extent.starts; start += 1) {
    const service = async (settings?: Readonly<Record<string, string>>): Promise<Server> =>
      stopLater(await startService(node, postgres.url, issuer, CONCURRENCY, settings));
    const simple = async (script: string, settings?: Readonly<Record<string, string>>): Promise<Server> =>
      stopLater(await startSimpleServer(node, script, postgres.url, CONCURRENCY, settings));
    const servers: OfEach<Server> = {
      service: await service(),
      unprepared: await service({ DATABASE_PREPARED_STATEMENTS: '0' }),
      nest: await simple(scripts.nest),
      bare: await simple(scripts.bare),
      named: await simple(scripts.bare, { NAMED_STATEMENTS: 'true' }),
    };
    idle.push(await ofEachInTurn((name) => idleRss(servers[name])));
    await checkSameWork(
      postgres.adminUrl,
      fixture,
      ofEach((name) => servers[name].target),
    );
    for (const [index, scenario] of scenarios.entries()) {
      progress(`Start ${start} of ${extent.starts}, to ${scenario.name} …`);
      const requestsTo = (requests: number) => (name: ServerName) =>
        load(servers[name], database, scenario, fixture, requests, CONCURRENCY);
      // As many of each: code is compiled by how often it was called, not by how much there is of it.
      await interleave(WARM_UP_ROUNDS, requestsTo(extent.warmUp));
      starts[index]!.push(await interleave(extent.rounds, requestsTo(Math.round(extent.requests * scenario.weight))));
    }
    loaded.push(await ofEachInTurn((name) => loadedRss(servers[name])));
    await Promise.all(Object.values(servers).map(stopServer));
  }
  return {
    scenarios: scenarios.map(({ name }, index) => ({ name, starts: starts[index]! })),
    idleRssBytes: ofEach((name) => median(idle.map((bytes) => bytes[name]))),
    loadedRssBytes: ofEach((name) => median(loaded.map((bytes) => bytes[name]))),
    node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}

void run(
  new Command('bench:http')
    .description(
      'Measures the CPU time of the service, of PostgreSQL for it, its latency and its memory against a bare Fastify and pg ' +
        'server that returns the same with the same SQL, with named statements and without, and against a plain Nest and TypeORM ' +
        'one, interleaved, on the Node of the image. On Linux. Takes about twenty minutes. Exits with 1 if a limit is missed.',
    )
    .option(
      '--node <version>',
      'the version of Node that runs the servers, such as 22; "current" is the current one',
      nodeOfTheImage(),
    )
    .option('--quick', 'about a minute, one start: less accurate, and before all code is compiled')
    .option('--json <file>', 'the file for all figures', join(workFolder, 'result.json'))
    .action(async ({ node, quick, json }: { node: string; quick?: boolean; json: string }) => {
      const undo = new UndoList();
      const interrupted = (): void => void undo.run().then(() => process.exit(130));
      process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
      try {
        const progress = (line: string): void => console.error(line);
        progress(node === 'current' ? 'The servers run on this Node.' : `The servers run on Node ${node}.`);
        const binary = node === 'current' ? process.execPath : bringNode(node);
        const results = await measure(binary, extents[quick ? 'quick' : 'long'], undo, progress);
        await mkdir(dirname(json), { recursive: true });
        await writeFile(json, JSON.stringify(results, undefined, 2));
        const judged = verdicts(results);
        console.log(`${tables(results)}\n\n${limits(judged)}`);
        console.log(`All figures: ${relative(process.cwd(), json)}`);
        if (judged.some(({ isMet }) => !isMet)) process.exitCode = 1;
      } finally {
        await undo.run();
      }
    }),
);
