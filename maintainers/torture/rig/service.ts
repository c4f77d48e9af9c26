import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../../../development-database/free-port';
import { ISSUER, secondsFromNow, TokenIssuer } from '../../../test/support/token-issuer';
import { projectRoot, serviceEntry } from '../../../tools/service-process/build';
import { ServerProcess } from '../../../tools/service-process/server-process';
import type { Usage } from '../../bench/http/servers';
import { imageSettings } from '../../image/image-settings';
import type { Stage } from '../figure';

const DAY_S = 86_400;

/** Of a short run, so that nothing depends on how busy the machine is. */
const PATIENT = {
  DATABASE_LOCK_TIMEOUT_MS: '20000',
  DATABASE_STATEMENT_TIMEOUT_MS: '20000',
  DATABASE_ACQUIRE_TIMEOUT_MS: '20000',
  DATABASE_POOL_QUEUE: '10000',
  MAX_REQUESTS_IN_PROGRESS: '0',
  MAX_EVENT_LOOP_LAG_MS: '0',
};

/** A script that switches a guard off, or sabotages a part, before the service is loaded. */
export const preloaded = (path: string): string => join(__dirname, '..', path);

export interface ServiceOptions {
  readonly databaseUrl: string;
  readonly issuer: TokenIssuer;
  readonly settings?: Readonly<Record<string, string>>;
  /** Loaded before the service. */
  readonly preload?: readonly string[];
}

/** The environment and the arguments of the service: as its image runs it, but without a rate limit. */
export function launchOf({ databaseUrl, issuer, settings, preload = [] }: ServiceOptions, port: number) {
  const image = imageSettings();
  // Health and metrics are on the port of the API.
  const { MANAGEMENT_PORT: _, ...environment } = image.environment;
  return {
    nodeArguments: [...image.nodeArguments, ...preload.flatMap((path) => ['--require', path])],
    env: {
      ...environment,
      // In production, the issuer would have to be at an https address.
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      SEED_DATA: 'false',
      AUTH_JWKS_URL: issuer.jwksUrl,
      AUTH_ISSUER: ISSUER,
      LOG_FORMAT: 'json',
      RATE_LIMIT: '0',
      SHUTDOWN_DRAIN_MS: '0',
      ...settings,
    },
  };
}

/** The built service in a separate process. */
export class Service {
  private constructor(
    private readonly options: ServiceOptions,
    readonly port: number,
    private process: ServerProcess,
  ) {}

  static async start({ undo, signal, short }: Stage, given: ServiceOptions): Promise<Service> {
    const options = short ? { ...given, settings: { ...PATIENT, ...given.settings } } : given;
    const port = await freePort();
    const service = new Service(options, port, await launch(options, port, signal));
    undo.add(() => service.process.stop());
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.process.running;
  }

  /** On the same port. */
  async startAgain(): Promise<void> {
    this.process = await launch(this.options, this.port);
  }

  /** SIGTERM, until it has ended. */
  stop(): Promise<void> {
    return this.process.stop();
  }

  kill(): void {
    this.process.killNow();
  }

  usage(): Promise<Usage> {
    return this.process.ask<Usage>('usage');
  }

  /** Collects all garbage. */
  settle(): Promise<unknown> {
    return this.process.ask('settle');
  }

  /** Sends a request to a script that was preloaded, and returns its response. */
  ask(request: string): Promise<unknown> {
    return this.process.ask(request);
  }

  /** @param limit of open files @returns whether the system allows it */
  limitFiles(limit: number): boolean {
    try {
      execFileSync('prlimit', [`--pid=${this.process.pid}`, `--nofile=${limit}:${limit}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }
}

function launch(options: ServiceOptions, port: number, signal?: AbortSignal): Promise<ServerProcess> {
  const { env, nodeArguments } = launchOf(options, port);
  const reportsUsage = ['--require', join(__dirname, '../../bench/http/answers-usage.cjs')];
  return ServerProcess.start(
    {
      script: serviceEntry,
      nodeArguments: [...reportsUsage, ...nodeArguments],
      env,
      cwd: projectRoot,
      readyUrl: `http://127.0.0.1:${port}/health/ready`,
      output: 'discard',
    },
    signal,
  );
}

export async function startIssuer({ undo }: Stage): Promise<TokenIssuer> {
  const issuer = await TokenIssuer.start();
  undo.add(() => issuer.stop());
  return issuer;
}

/** A token that outlives every figure. */
export const tokenOf = (issuer: TokenIssuer, subject: string): Promise<string> =>
  issuer.sign({ sub: subject, scope: 'catalogue:write', exp: secondsFromNow(DAY_S) }, { typ: 'at+jwt' });
