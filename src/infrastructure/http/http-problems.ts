import type { ProblemSketch } from './problem';

/** Problems of HTTP itself, by status. */
const byStatus: Readonly<Record<number, Omit<ProblemSketch, 'status'>>> = {
  400: { code: 'bad-request', title: 'The request cannot be understood' },
  401: { code: 'unauthenticated', title: 'A valid access token is needed', headers: { 'www-authenticate': 'Bearer' } },
  403: { code: 'forbidden', title: 'The access token does not allow this' },
  404: { code: 'not-found', title: 'There is nothing at this address' },
  405: { code: 'method-not-allowed', title: 'This cannot be done with what is at this address' },
  408: { code: 'request-timeout', title: 'The request did not arrive in time' },
  413: { code: 'body-too-large', title: 'The body is larger than this service takes' },
  414: { code: 'address-too-long', title: 'The address is longer than this service takes' },
  415: { code: 'unsupported-media-type', title: 'The body must be application/json' },
  429: { code: 'too-many-requests', title: 'Too many requests: wait before the next one' },
  431: { code: 'headers-too-large', title: 'The headers are larger than this service takes' },
  500: { code: 'internal-error', title: 'Something went wrong inside of the service' },
  503: { code: 'unavailable', title: 'The service cannot do this right now', headers: { 'retry-after': '1' } },
  504: { code: 'deadline-exceeded', title: 'The work took too long and was undone' },
};

/** @param status an HTTP status of 400 or more; an unknown one becomes a 400 or a 500 */
export function httpProblem(status: number): ProblemSketch {
  const known = status in byStatus ? status : status < 500 ? 400 : 500;
  return { status: known, ...byStatus[known]! };
}
