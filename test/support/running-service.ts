import type { Type } from '@nestjs/common';
import { Client } from 'pg';
import { register } from 'prom-client';
import { createLogger } from '../../src/infrastructure/observability/logger';
import { Service } from '../../src/service';
import { developmentScopes } from '../../tools/development-scopes';
import { aConfiguration } from './configuration';
import { LogCapture } from './log-capture';
import { OpenApiConformance } from './open-api-conformance';
import { noteRefusal } from './refusals/seen';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database';

export interface ServiceResponse<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface RequestOptions {
  readonly method?: string;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The subject of the token; null sends none. Default: alice. */
  readonly as?: string | null;
  readonly scopes?: readonly string[];
  /** Where the request is sent. Default: the listener of the API. */
  readonly origin?: string;
}

/**
 * The service in this process, with its own database. One at a time in a test file: they share a metrics registry.
 * Every response is validated against the OpenAPI document.
 */
export class RunningService {
  private conformance: OpenApiConformance | undefined;
  private readonly connections: Client[] = [];
  private connection: Promise<Client> | undefined;
  private readonly tokens = new Map<string, Promise<string>>();

  private constructor(
    readonly service: Service,
    readonly database: ScratchDatabase,
    /** Its log lines; none unless the test sets LOG_LEVEL. */
    readonly log: LogCapture,
  ) {}

  /** @param extraModules features of the test, beside those of the service */
  static async start(variables: Readonly<Record<string, string>> = {}, extraModules?: Type[]): Promise<RunningService> {
    const database = await createScratchDatabase();
    const configuration = aConfiguration({ DATABASE_URL: database.url, ...variables });
    const log = new LogCapture();
    const service = new Service(configuration, createLogger(configuration.logging, log), extraModules);
    await service.start();
    return new RunningService(service, database, log);
  }

  get url(): string {
    return this.service.url;
  }

  get managementUrl(): string {
    return this.service.managementUrl;
  }

  get openApi(): OpenApiConformance {
    return (this.conformance ??= OpenApiConformance.of(this.service.app));
  }

  async token(subject = 'alice', scopes: readonly string[] = developmentScopes): Promise<string> {
    if (!this.service.developmentIssuer) throw new Error('The service under test has a real issuer.');
    const known = this.tokens.get(JSON.stringify([subject, scopes]));
    const token = known ?? this.service.developmentIssuer.sign({ subject, scopes });
    this.tokens.set(JSON.stringify([subject, scopes]), token);
    return token;
  }

  /** @throws when the response contradicts the OpenAPI document */
  async request<Body = Record<string, unknown>>(
    path: string,
    options: RequestOptions = {},
  ): Promise<ServiceResponse<Body>> {
    const { method = 'GET', body, headers = {}, as = 'alice', scopes, origin = this.url } = options;
    const sent = new Headers();
    if (as !== null) sent.set('authorization', `Bearer ${await this.token(as, scopes)}`);
    if (body !== undefined) sent.set('content-type', 'application/json');
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    const response = await fetch(new URL(path, origin), {
      method,
      headers: sent,
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type');
    const result = {
      status: response.status,
      headers: response.headers,
      body: (/\/(?:\w+\+)?json\b/.test(contentType ?? '') ? JSON.parse(text) : text) as Body,
    };
    const isOfTheApi = new URL(origin).origin === this.url;
    if (isOfTheApi && result.status >= 400) {
      const controller = this.openApi.controllerAt(method, path);
      if (controller) noteRefusal(controller, String((result.body as { code?: unknown }).code));
    }
    const violation = isOfTheApi && this.openApi.violationOf({ method, path, contentType, ...result });
    if (violation) throw new Error(`${violation} ${text}`);
    return result;
  }

  /** The rows that a statement returns to the superuser. */
  async rows<Row extends object = any>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    this.connection ??= this.connectToDatabase();
    const client = await this.connection;
    return (await client.query<Row>(sql, parameters)).rows;
  }

  /** A connection of the superuser to the service's database, open until the service is stopped. */
  async connectToDatabase(): Promise<Client> {
    const client = new Client({ connectionString: this.database.adminUrl });
    this.connections.push(client);
    await client.connect();
    return client;
  }

  async stop(): Promise<void> {
    await this.service.stop(0);
    await Promise.all(this.connections.map((client) => client.end()));
    await this.database.drop();
    register.clear();
  }
}
