import { Logger, Module, type INestApplication, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { QueryTimingModule, type QueryTimingOptions } from '../../../../src/query-timing/index';
import { recordingLogger } from '../../support/recording-logger';
import { ClosedScopes } from './closed-scopes';

// That of TypeOrmModule complains about several DataSources in one process.
Logger.overrideLogger(false);

export const PLATFORMS: Readonly<Record<string, () => AbstractHttpAdapter>> = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
};

export interface Units {
  readonly module: Type;
  readonly closed: ClosedScopes;
}

/** An application module with its own database, whose units of work are kept when they have ended. */
export function unitsModule(
  metadata: ModuleMetadata,
  scopes: QueryTimingOptions['scopes'] = true,
  more: QueryTimingOptions = {},
): Units {
  const closed = new ClosedScopes();
  class UnitsModule {}
  Module({
    ...metadata,
    imports: [
      ...(metadata.imports ?? []),
      TypeOrmModule.forRoot({ type: 'sqljs' }),
      QueryTimingModule.forRoot({ registry: false, logger: recordingLogger(), scopes, sinks: [closed], ...more }),
    ],
  })(UnitsModule);
  return { module: UnitsModule, closed };
}

/** An application that listens. @returns its address */
export async function listening(app: INestApplication): Promise<string> {
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

export const create = (module: Type, platform: string) =>
  NestFactory.create(module, PLATFORMS[platform]!(), { logger: false, abortOnError: false });
