import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Command } from 'commander';
import { nodeOfTheImage } from '../../image/node-of-the-image';
import { bringNode } from '../../node-versions/bring-node';
import { UndoList } from '../../../tools/undo-list';
import { run } from '../../../tools/command-line';
import { compare, type Extent } from './compare';
import { verdicts } from './limits';
import { profile } from './profile';
import { limits, tables } from './report';
import { prepareRig, workFolder } from './rig';

const extents: Readonly<Record<'quick' | 'long', Extent>> = {
  quick: { starts: 1, rounds: 12, requests: 500, warmUp: 500 },
  long: { starts: 3, rounds: 24, requests: 700, warmUp: 7_500 },
};

interface Options {
  readonly node: string;
  readonly quick?: boolean;
  readonly parts?: boolean;
  readonly json: string;
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
    .option('--parts', 'instead: where the time of the service and of the bare server goes, by a CPU profile')
    .option('--json <file>', 'the file for all figures', join(workFolder, 'result.json'))
    .action(async ({ node, quick = false, parts, json }: Options) => {
      const undo = new UndoList();
      const interrupted = (): void => void undo.run().then(() => process.exit(130));
      process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
      try {
        const progress = (line: string): void => console.error(line);
        progress(node === 'current' ? 'The servers run on this Node.' : `The servers run on Node ${node}.`);
        const binary = node === 'current' ? process.execPath : bringNode(node);
        const rig = await prepareRig(binary, undo, progress);
        if (parts) {
          console.log(await profile(rig, quick, progress));
          return;
        }
        const results = await compare(rig, binary, extents[quick ? 'quick' : 'long'], progress);
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
