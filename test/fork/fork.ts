import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '../..');
const IDENTITY = ['-c', 'user.name=fork', '-c', 'user.email=fork@example.com'];

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** This checkout, including what is not committed yet, as a clone in an empty folder. */
export class Fork {
  private constructor(readonly root: string) {}

  static async create(name: string): Promise<Fork> {
    const root = join(await mkdtemp(join(tmpdir(), 'fork-')), name);
    const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: ROOT });
    for (const path of stdout.split('\0').filter(Boolean)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      // Git knows the file, but it is deleted in the work tree.
      await cp(join(ROOT, path), join(root, path)).catch(() => undefined);
    }
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
    const fork = new Fork(root);
    await fork.succeeds('git', 'init', '--quiet');
    // node_modules is a link here, which the ignore rule for folders does not match.
    await appendFile(join(root, '.git/info/exclude'), 'node_modules\n');
    await fork.commit('the template');
    return fork;
  }

  async commit(message: string): Promise<void> {
    await this.succeeds('git', 'add', '--all');
    await this.succeeds('git', ...IDENTITY, 'commit', '--quiet', '--message', message);
  }

  run(program: string, ...args: string[]): Promise<Outcome> {
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd: this.root,
      env: { ...process.env, TEST_DATABASE_URL: '' },
    });
    return outcomeOf(child);
  }

  /** @returns what it printed @throws with that when it fails */
  async succeeds(program: string, ...args: string[]): Promise<string> {
    const { code, output } = await this.run(program, ...args);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} exited with ${code}:\n${output}`);
    return output;
  }

  /** A script of tools in the fork. */
  tool(path: string, ...args: string[]): Promise<Outcome> {
    return this.run('node', '--require', 'tsx/cjs', path, ...args);
  }

  /** Its own test runner, without time limits: the other fork is tested concurrently. */
  suites(names: readonly string[], ...options: string[]): Promise<string> {
    return this.succeeds('node', 'tools/run-tests.mjs', '--no-limit', '--only', names.join(','), ...options);
  }

  jest(...args: string[]): Promise<string> {
    return this.succeeds('node', 'node_modules/jest/bin/jest.js', '--maxWorkers=1', ...args);
  }

  bin(path: string, ...args: string[]): Promise<string> {
    return this.succeeds('node', join('node_modules', path), ...args);
  }

  read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8');
  }

  /** The changes since the last commit. */
  async status(): Promise<string> {
    return this.succeeds('git', 'status', '--porcelain');
  }

  /** The header that authorizes a client of the service. @param scope without it, the scopes of a token in development */
  async authorization(url: string, scope?: string): Promise<{ authorization: string }> {
    const options = scope === undefined ? [] : ['--scope', scope];
    const { output } = await this.tool('tools/token.ts', '--port', new URL(url).port, ...options);
    return { authorization: `Bearer ${output.trim()}` };
  }

  /** Builds and starts the service as `npm start` does, and stops it after `use`. */
  async whileServing<T>(use: (url: string) => Promise<T>): Promise<T> {
    const service = spawn(process.execPath, ['--require', 'tsx/cjs', 'tools/start.ts'], {
      cwd: this.root,
      env: { PATH: process.env.PATH, PORT: '0', LOG_FORMAT: 'json', SHUTDOWN_DRAIN_MS: '0' },
    });
    const ended = outcomeOf(service);
    try {
      return await use(await addressOf(service));
    } finally {
      service.kill('SIGTERM');
      await ended;
    }
  }

  async remove(): Promise<void> {
    // The data of the service; as root it is outside of the folder.
    await this.tool('tools/db-reset.ts');
    await rm(dirname(this.root), { recursive: true, force: true });
  }
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (output += String(text)));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code: code ?? -1, output: signal ? `${output}\n${signal}` : output };
}

/** From the line with the address of the API. */
async function addressOf(service: ChildProcess): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface(service.stdout!)) {
    lines.push(line);
    const url = /"API +(http:\/\/[^/]+)/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error(`The service of the fork exited:\n${lines.join('\n')}`);
}
