import { request } from 'undici';
import { findEmbeddedPostgres } from '../../src/infrastructure/database/embedded-postgres';
import { signForRunningService } from '../../src/infrastructure/auth/development-issuer';
import { Failure } from '../command-line';
import type { Options } from './options';
import { CUSTOMER, SCOPE, type Stage } from './stage';

/** @throws Failure that names what is missing to drive the service that runs at `url` */
export async function findRunningService(url: string, options: Options): Promise<Stage> {
  const metricsUrl = options.managementUrl ?? url;
  await isThere(new URL('/health/ready', metricsUrl));
  const { DATABASE_URL, EMBEDDED_POSTGRES_DIRECTORY: directory } = process.env;
  const databaseUrl = options.databaseUrl ?? DATABASE_URL ?? findEmbeddedPostgres({ directory })?.adminUrl;
  if (!databaseUrl) {
    throw new Failure(
      'Which database does the service use? No embedded PostgreSQL runs, and neither --database-url nor DATABASE_URL is given.',
    );
  }
  return { url, metricsUrl, databaseUrl, token: options.token ?? (await sign(url)) };
}

async function isThere(readiness: URL): Promise<void> {
  const status = await request(readiness).then(
    async ({ statusCode, body }) => {
      await body.dump();
      return `answers with ${statusCode}`;
    },
    (error: Error) => `cannot be reached (${error.message})`,
  );
  if (status !== 'answers with 200') {
    throw new Failure(
      `${readiness.href} ${status}: is a service there? When it has a MANAGEMENT_PORT, give that address as --management-url.`,
    );
  }
}

async function sign(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  try {
    return await signForRunningService(Number(port || '80'), { subject: CUSTOMER, scopes: [SCOPE] });
  } catch {
    throw new Failure(
      `There is no development issuer for ${hostname}:${port || '80'} on this machine: give a token of the service’s issuer, ` +
        `with the scope ${SCOPE}, as --token.`,
    );
  }
}
