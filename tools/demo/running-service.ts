import { request } from 'undici';
import { signForRunningService } from '../../src/infrastructure/auth/development-issuer';
import { CommandError } from '../command-line';
import type { DemoOptions } from './command-line';
import { CUSTOMER, SCOPE, type Target } from './target';

/** @throws CommandError that says what is missing */
export async function findRunningService(
  url: string,
  { managementUrl: metricsUrl = url, token }: Pick<DemoOptions, 'managementUrl' | 'token'>,
): Promise<Target> {
  await checkReadiness(new URL('/health/ready', metricsUrl));
  return { url, metricsUrl, token: token ?? (await sign(url)) };
}

async function checkReadiness(readiness: URL): Promise<void> {
  const status = await request(readiness).then(
    async ({ statusCode, body }) => {
      await body.dump();
      return `responds with ${statusCode}`;
    },
    (error: Error) => `cannot be reached (${error.message})`,
  );
  if (status !== 'responds with 200') {
    throw new CommandError(
      `${readiness.href} ${status}: is the service running? If it has a MANAGEMENT_PORT, give that address as --management-url.`,
    );
  }
}

async function sign(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  try {
    return await signForRunningService(Number(port || '80'), { subject: CUSTOMER, scopes: [SCOPE] });
  } catch {
    throw new CommandError(
      `No development issuer for ${hostname}:${port || '80'} runs on this machine: give a token of the service’s issuer with ` +
        `the scope ${SCOPE} as --token.`,
    );
  }
}
