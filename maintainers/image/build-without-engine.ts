import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import {
  environmentOf,
  execForm,
  lastOf,
  parseDockerfile,
  parseDockerignore,
  type Stage,
} from '../../test/support/dockerfile';

export const DOCKERFILE = 'deployments/docker/Dockerfile';

/** What an engine would run, as far as it is known without one. */
export interface Image {
  /** Stands for `/` of the image. */
  readonly root: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the USER instruction. */
  readonly uid: number;
  readonly gid: number;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

/**
 * Runs the stages of the Dockerfile as plain commands, each in its own folder, with the Node, the npm and the
 * libraries of this machine in place of the base image's.
 *
 * @param project the folder that the engine would be sent
 * @param scratch an empty folder, where the stages are made
 * @param log gets a line per instruction
 */
export async function buildWithoutEngine(
  project: string,
  scratch: string,
  log: (line: string) => void,
): Promise<Image> {
  const stages = parseDockerfile(await readFile(join(project, DOCKERFILE), 'utf8'));
  const isSent = parseDockerignore(await readFile(join(project, '.dockerignore'), 'utf8'));
  const rootOf = (name: string): string => join(scratch, name);
  for (const stage of stages) {
    await mkdir(rootOf(stage.name));
    if (stages.some(({ name }) => name === stage.from)) await cp(rootOf(stage.from), rootOf(stage.name), asTheyAre);
    let directory = workingDirectoryOf(stages, stage.from);
    for (const { name, flags, value } of stage.instructions) {
      log(`${stage.name}: ${name} ${value}`);
      const inside = (path: string): string => join(rootOf(stage.name), path.startsWith('/') ? '' : directory, path);
      if (name === 'WORKDIR') {
        directory = value;
        await mkdir(inside('.'), { recursive: true });
      } else if (name === 'COPY') {
        const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
        const [target = '', ...sources] = value.split(/\s+/).reverse();
        for (const source of sources) {
          const path = from ? join(rootOf(from), source) : join(project, source);
          if (!from && !isSent(source)) throw new Error(`${source} is copied, and .dockerignore leaves it out.`);
          const isFolder = (await stat(path)).isDirectory();
          const place = inside(!isFolder && target.endsWith('/') ? join(target, source) : target);
          await mkdir(dirname(place), { recursive: true });
          await cp(path, place, {
            ...asTheyAre,
            filter: (file) => from !== undefined || isSent(relative(project, file)),
          });
        }
      } else if (name === 'RUN') {
        await runInShell(value, inside('.'));
      }
    }
  }
  const final = stages.at(-1);
  if (!final) throw new Error('The Dockerfile has no stage.');
  return imageOf(final, rootOf(final.name));
}

const asTheyAre = { recursive: true, verbatimSymlinks: true } as const;

function workingDirectoryOf(stages: readonly Stage[], name: string): string {
  const stage = stages.find((one) => one.name === name);
  if (!stage) return '/';
  return lastOf(stage, 'WORKDIR')?.value ?? workingDirectoryOf(stages, stage.from);
}

function imageOf(stage: Stage, root: string): Image {
  const valueOf = (name: string): string => {
    const found = lastOf(stage, name);
    if (!found) throw new Error(`The stage ${stage.name} has no ${name}.`);
    return found.value;
  };
  const [uid = NaN, gid = NaN] = valueOf('USER').split(':').map(Number);
  return {
    root,
    workingDirectory: join(root, valueOf('WORKDIR')),
    environment: environmentOf(stage),
    uid,
    gid,
    command: execForm(valueOf('CMD')),
    healthCheck: execForm(valueOf('HEALTHCHECK').replace(/^CMD\s+/, '')),
  };
}

async function runInShell(command: string, directory: string): Promise<void> {
  const { PATH, HOME } = process.env;
  const npm = Object.entries(process.env).filter(([name]) => /^npm_config_|proxy$|^NODE_EXTRA_CA_CERTS$/i.test(name));
  const env = { ...Object.fromEntries(npm), PATH, HOME };
  const child = spawn('sh', ['-c', command], { cwd: directory, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise((ended, failed) => child.once('close', ended).once('error', failed));
  if (code !== 0) throw new Error(`${command} failed.\n${errors}`);
}
