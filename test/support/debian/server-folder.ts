import { spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canAccess, EXECUTE, isRoot, READ, unprivilegedUser } from '../../../development-database/system-user';
import type { DebianProgram } from './program-of';
import { ServerProcess } from './server-process';

/** A temporary folder for one server, and its processes. If this process runs as root, they run as an ordinary user. */
export class ServerFolder {
  /** The unpacked packages, where that user can access them. */
  readonly root: string;
  /** A folder that belongs to that user. */
  readonly data: string;
  private readonly home: string;
  private readonly user = isRoot() ? unprivilegedUser : undefined;
  private readonly processes: ServerProcess[] = [];

  /**
   * @param name of the server
   * @param unpacked root of `unpackDebianPackages`
   */
  constructor(
    private readonly name: string,
    unpacked: string,
  ) {
    this.home = mkdtempSync(join(tmpdir(), `${name.toLowerCase()}-`));
    chmodSync(this.home, 0o755);
    this.data = join(this.home, 'data');
    mkdirSync(this.data, { mode: 0o700 });
    if (this.user) chownSync(this.data, this.user.uid, this.user.gid);
    this.root =
      this.user && !canAccess(join(unpacked, 'usr'), this.user, READ | EXECUTE) ? this.copy(unpacked) : unpacked;
  }

  run({ command, args: first, env }: DebianProgram, args: readonly string[]): ServerProcess {
    const child = spawn(command, [...first, ...args], {
      cwd: this.data,
      env,
      stdio: ['pipe', 'ignore', 'pipe'],
      ...this.user,
    });
    const server = new ServerProcess(this.name, child);
    this.processes.push(server);
    return server;
  }

  /** Stops the processes and removes the folder. */
  async clear(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    for (const one of this.processes) await one.stop(signal);
    rmSync(this.home, { recursive: true, force: true });
  }

  /** For a checkout in root's home, which the user cannot access. */
  private copy(unpacked: string): string {
    const copy = join(this.home, 'root');
    cpSync(unpacked, copy, { recursive: true, verbatimSymlinks: true });
    return copy;
  }
}
