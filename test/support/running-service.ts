import { createLogger } from '../../src/infrastructure/observability/logger';
import { Service } from '../../src/service';
import { aConfiguration } from './configuration';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database';

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface RequestOptions {
  readonly method?: string;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose token is sent: alice's unless told otherwise; nobody's for null. */
  readonly as?: string | null;
  readonly scopes?: readonly string[];
}

/** The service, in this process, on a database of its own. */
export class RunningService {
  private constructor(
    readonly service: Service,
    readonly database: ScratchDatabase,
  ) {}

  static async start(variables: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    const database = await createScratchDatabase();
    const configuration = aConfiguration({ DATABASE_URL: database.url, ...variables });
    const service = new Service(configuration, createLogger(configuration.logging));
    await service.start();
    return new RunningService(service, database);
  }

  get url(): string {
    return this.service.url;
  }

  async token(subject = 'alice', scopes: readonly string[] = ['catalogue:write']): Promise<string> {
    if (!this.service.developmentIssuer) throw new Error('The service under test has a real issuer.');
    return this.service.developmentIssuer.sign({ subject, scopes });
  }

  async request<Body = Record<string, unknown>>(path: string, options: RequestOptions = {}): Promise<Answer<Body>> {
    const { method = 'GET', body, headers = {}, as = 'alice', scopes } = options;
    const sent = new Headers();
    if (as !== null) sent.set('authorization', `Bearer ${await this.token(as, scopes)}`);
    if (body !== undefined) sent.set('content-type', 'application/json');
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: sent,
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
  }

  async stop(): Promise<void> {
    await this.service.stop(0);
    await this.database.drop();
  }
}
