import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { installApplication } from '../../support/packed-library';
import { createScratchDatabase } from '../../support/scratch-database';

const exec = promisify(execFile);
const FIXTURES = resolve(__dirname, 'fixtures');
const COMPILER = resolve('node_modules/typescript-native/bin/tsc');
/** Long enough for a busy machine; a program that hangs is ended. */
const MAX_SECONDS = 300;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** An application outside of the checkout, with the packed library and packages of exact versions. */
export class Application {
  private constructor(
    private readonly scratch: string,
    readonly folder: string,
  ) {}

  /**
   * @param fixture the folder of its manifest and programs
   * @param options more options of `npm install`
   * @throws an error that says why npm could not install it
   */
  static async install(fixture: string, options: readonly string[] = []): Promise<Application> {
    const scratch = await mkdtemp(join(tmpdir(), 'compatibility-'));
    const application = new Application(scratch, join(scratch, fixture));
    say(`${fixture}: installing the packed library beside the packages of its manifest`);
    const startedAt = performance.now();
    try {
      await installApplication(join(FIXTURES, fixture), application.folder, [process.env.PACKED_LIBRARY!], options);
    } catch (error) {
      await application.remove();
      const { stderr } = error as { stderr?: string };
      throw new Error(`npm could not install the application ${fixture}.\n${stderr ?? String(error)}`, {
        cause: error,
      });
    }
    await cp(join(FIXTURES, 'workload.ts'), join(application.folder, 'workload.ts'));
    say(`${fixture}: installed in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    return application;
  }

  /** Compiles it into its folder `out`. */
  async compile(project = 'tsconfig.json'): Promise<void> {
    await exec(process.execPath, [COMPILER, '-p', project], { cwd: this.folder }).catch((error: { stdout: string }) => {
      throw new Error(`The application does not compile.\n${error.stdout}`);
    });
  }

  /** Runs a command, to which `DATABASE_URL` is an empty database. @returns what it printed */
  async run(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const database = await createScratchDatabase('template0');
    const startedAt = performance.now();
    try {
      const { stdout } = await exec(command[0]!, command.slice(1), {
        cwd: this.folder,
        // Nothing of this process: Jest and Node's options are not part of the application.
        env: { PATH: process.env.PATH, HOME: this.scratch, DATABASE_URL: database.url, ...environment },
        timeout: MAX_SECONDS * 1000,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command.join(' ')} failed.\n${stdout}\n${stderr}`, { cause: error });
    } finally {
      say(`${basename(this.folder)}: ${basename(command[0]!)} ran for ${Math.round(performance.now() - startedAt)} ms`);
      await database.drop();
    }
  }

  /** Runs a program of the workload. @returns its report, the last line that it prints */
  async report(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const printed = await this.run(command, environment);
    return JSON.parse(printed.trim().split('\n').at(-1)!);
  }

  remove(): Promise<void> {
    return rm(this.scratch, { recursive: true, force: true });
  }
}
