import { freePort } from '../../development-database/free-port';
import { unpackDebianPackages } from './debian/debian-packages';
import { programOf, type DebianProgram } from './debian/program-of';
import { ServerFolder } from './debian/server-folder';
import type { ServerProcess } from './debian/server-process';

/** A Redis, which ends with the process that started it. */
export interface TestRedis {
  readonly url: string;
  /** It keeps its connections and responds to nothing. */
  freeze(): void;
  thaw(): void;
  /** Ends it with all connections; what it has counted is lost. */
  halt(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const PASSWORD = 'p%40ss';

/**
 * Starts Debian's Redis, unpacked into the project's cache, as an ordinary user on a port of loopback.
 *
 * @throws PackagesUnavailableError with a line that says what to do where it is unavailable
 */
export async function startRedis(): Promise<TestRedis> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const folder = new ServerFolder('Redis', await unpackDebianPackages(['redis-server'], { withLibraries: true, log }));
  const program = withItsLog(programOf(folder.root, 'usr/bin/redis-server'));
  const port = await freePort();
  const options = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder.data,
    save: '',
    requirepass: decodeURIComponent(PASSWORD),
  };
  let server: ServerProcess;
  const start = async (): Promise<void> => {
    server = folder.run(
      program,
      Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    );
    await server.ready(/Ready to accept connections/);
  };
  try {
    await start();
    return {
      url: `redis://:${PASSWORD}@127.0.0.1:${port}/1`,
      freeze: () => server.signal('SIGSTOP'),
      thaw: () => server.signal('SIGCONT'),
      halt: () => server.stop('SIGKILL'),
      restart: start,
      stop: () => folder.clear('SIGKILL'),
    };
  } catch (error) {
    await folder.clear('SIGKILL');
    throw error;
  }
}

/** It writes its log to the standard output. */
function withItsLog({ command, args, env }: DebianProgram): DebianProgram {
  return { command: '/bin/sh', args: ['-c', 'exec "$@" >&2', 'redis', command, ...args], env };
}
