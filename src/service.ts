import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppModule } from './app.module';
import { DEVELOPMENT_ISSUER, DevelopmentIssuer } from './infrastructure/auth/development-issuer';
import { TokenVerifier } from './infrastructure/auth/token-verifier';
import type { Configuration } from './infrastructure/config/configuration';
import { RecentWrites } from './infrastructure/consistency/recent-writes';
import { waitForDatabase } from './infrastructure/database/connect';
import { createDataSource } from './infrastructure/database/data-source';
import { assertMigrated, migrate } from './infrastructure/database/migrate';
import { ClosingConnections } from './infrastructure/http/closing-connections';
import { configureHttp, createFastifyAdapter } from './infrastructure/http/http-server';
import { readYourWrites } from './infrastructure/http/read-your-writes';
import { serveOpenApi } from './infrastructure/http/open-api';
import { logRequests } from './infrastructure/observability/access-log';
import { ConnectionLosses } from './infrastructure/observability/connection-losses';
import { Lifecycle } from './infrastructure/system/lifecycle';
import { useNativeResults } from './infrastructure/system/native-results';
import { ManagementListener } from './infrastructure/management/management-listener';
import { NestLogger } from './infrastructure/observability/nest-logger';

useNativeResults();

/**
 * The whole service: database connections, application and listeners. Components stop in the reverse order of their
 * start, also when the start fails or is aborted half-way.
 */
export class Service {
  private readonly lifecycle = new Lifecycle();
  private readonly undo: (() => Promise<void> | void)[] = [];
  private stopped: Promise<void> | undefined;

  /** Where the API is, after the start. */
  url = '';
  /** Where metrics and health are. */
  managementUrl = '';
  app!: NestFastifyApplication;
  /** Signs tokens in development; undefined when a real issuer is configured. */
  developmentIssuer: DevelopmentIssuer | undefined;

  constructor(
    private readonly configuration: Configuration,
    private readonly logger: Logger,
    /** Features of a test, beside those of the service. */
    private readonly extraModules: DynamicModule['imports'] = [],
  ) {}

  /** Rejects with a one-line message when the database or a port is unavailable, after stopping what had been started. */
  async start(signal?: AbortSignal): Promise<void> {
    // Ends the connections of a start that is aborted. After the start, an abort would end those that serve requests.
    const starting = new AbortController();
    const abort = (): void => starting.abort(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      signal?.throwIfAborted();
      await this.startParts(starting.signal);
    } catch (error) {
      await this.stop(0);
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * Not ready -> still serving for `drainMs`, until no traffic is routed here any more -> listener closed, requests
   * completed -> pool closed. No request that had arrived is lost.
   */
  stop(drainMs: number): Promise<void> {
    this.stopped ??= this.stopParts(drainMs);
    return this.stopped;
  }

  private async startParts(signal: AbortSignal): Promise<void> {
    const { database, environment, http } = this.configuration;
    await waitForDatabase(database.url, {
      attempts: database.connectAttempts,
      // The error of the last attempt says it all; the others are for debugging.
      onRetry: (line) => this.logger.debug(line),
      signal,
    });
    const session = { signal, onWait: (line: string) => this.logger.info(line) };
    if (database.migrate) {
      const ran = await migrate(database.url, session);
      if (ran.length > 0) this.logger.info({ migrations: ran }, 'migrated');
    } else {
      await assertMigrated(database.url, session);
    }
    signal.throwIfAborted();

    const losses = new ConnectionLosses(this.logger);
    this.undo.push(() => losses.flush());
    const onLost = (error: Error) => losses.note(error);
    const onUnprepared = (reason: Error) =>
      this.logger.warn(
        { reason: reason.message },
        'no statements are prepared any more: the names of connections clash',
      );
    const dataSource = await createDataSource(database.url, database, signal, { onLost, onUnprepared }).initialize();
    this.undo.push(() => (dataSource.isInitialized ? dataSource.destroy() : undefined));

    const tokenVerifier = await this.createTokenVerifier();
    this.app = await NestFactory.create<NestFastifyApplication>(
      AppModule.forRoot({
        configuration: this.configuration,
        dataSource,
        tokenVerifier,
        lifecycle: this.lifecycle,
        imports: this.extraModules,
      }),
      createFastifyAdapter(http),
      { logger: new NestLogger(this.logger), bodyParser: false, abortOnError: false, forceCloseConnections: false },
    );
    const connections = new ClosingConnections(this.app.getHttpServer(), http.requestTimeoutMs);
    this.undo.push(() => connections.closeDuring(() => this.app.close()));
    const fastify = this.app.getHttpAdapter().getInstance();
    logRequests(fastify, this.logger);
    await configureHttp(this.app, http, this.lifecycle);
    if (database.replica) readYourWrites(fastify, this.app.get(RecentWrites), database.replica.maxLagMs);
    // After the hook that sets the headers of every response, so that a request to the wrong listener gets them too.
    const management = http.managementPort === undefined ? undefined : new ManagementListener(fastify);
    if (http.docs) serveOpenApi(this.app, environment === 'development');
    signal.throwIfAborted();

    await this.app.listen(http.port, http.host);
    const { port } = this.app.getHttpServer().address() as AddressInfo;
    this.url = urlOf(http.host, port);
    this.managementUrl = this.url;
    if (management) {
      this.managementUrl = urlOf(http.host, await management.listen(http.managementPort ?? 0, http.host));
      this.undo.push(() => management.close());
    }
    if (this.developmentIssuer) this.undo.push(await this.developmentIssuer.publish(port));
    signal.throwIfAborted();
    this.lifecycle.markStarted();
  }

  private async createTokenVerifier(): Promise<TokenVerifier> {
    const { issuer, audience, algorithms, isTypeRequired, developmentKey } = this.configuration.auth;
    if (issuer)
      return TokenVerifier.remote(issuer.jwksUrl, { issuer: issuer.name, audience, algorithms, isTypeRequired });
    this.developmentIssuer = await DevelopmentIssuer.create(audience, developmentKey);
    return new TokenVerifier(this.developmentIssuer.keys, {
      issuer: DEVELOPMENT_ISSUER,
      audience,
      algorithms: ['ES256'],
      isTypeRequired,
    });
  }

  private async stopParts(drainMs: number): Promise<void> {
    this.lifecycle.markStopping();
    if (this.url) await delay(drainMs);
    for (const undo of this.undo.reverse()) {
      await Promise.resolve(undo()).catch((error: unknown) =>
        this.logger.error({ err: error }, 'component failed to stop'),
      );
    }
  }
}

function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
