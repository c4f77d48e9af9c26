import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

type Headers = Readonly<Record<string, string>>;

/**
 * What browsers are told with every answer: it is data, to be neither run, nor framed, nor kept. After the REST Security
 * Cheat Sheet of OWASP. What helmet says beside that, of windows, links and plug-ins, concerns pages: 376 bytes an answer.
 */
export const dataHeaders = (): Headers => ({
  ...headersOf({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    frameguard: { action: 'deny' },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    dnsPrefetchControl: false,
    ieNoOpen: false,
    permittedCrossDomainPolicies: false,
    xssFilter: false,
  }),
  'cache-control': 'no-store',
});

/** All that helmet says, for the page of the documentation. It is served over plain HTTP while developing. */
export const pageHeaders = (): Headers =>
  headersOf({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });

/** Helmet works the same out anew for every request, a third of the CPU of a small one. So it is asked once. */
function headersOf(options: HelmetOptions): Headers {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, (error?: unknown) => {
    if (error) throw error as Error;
  });
  return headers;
}
