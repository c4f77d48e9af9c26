import type { FieldError, ProblemSketch } from './problem';

/** Problems of HTTP itself, by status. */
const byStatus: Readonly<Record<number, Omit<ProblemSketch, 'status'>>> = {
  400: { code: 'bad-request', title: 'The request is malformed' },
  401: {
    code: 'unauthenticated',
    title: 'A valid access token is required',
    headers: { 'www-authenticate': 'Bearer' },
  },
  403: { code: 'forbidden', title: 'The access token does not permit this operation' },
  404: { code: 'not-found', title: 'Not found' },
  405: { code: 'method-not-allowed', title: 'Method not allowed' },
  408: { code: 'request-timeout', title: 'The request did not arrive in time' },
  413: { code: 'body-too-large', title: 'The request body is too large' },
  414: { code: 'address-too-long', title: 'The request URI is too long' },
  415: { code: 'unsupported-media-type', title: 'The request body must be application/json' },
  416: { code: 'range-not-satisfiable', title: 'The requested range is not available' },
  429: { code: 'too-many-requests', title: 'Too many requests: retry later' },
  431: { code: 'headers-too-large', title: 'The request header section is too large' },
  500: { code: 'internal-error', title: 'Internal server error' },
  503: { code: 'unavailable', title: 'The service is temporarily unavailable', headers: { 'retry-after': '1' } },
  504: { code: 'deadline-exceeded', title: 'The operation timed out and was rolled back' },
};

/** @param status an HTTP status of 400 or more; an unknown one becomes a 400 or a 500 */
export function httpProblem(status: number): ProblemSketch {
  const known = status in byStatus ? status : status < 500 ? 400 : 500;
  return { status: known, ...byStatus[known]! };
}

/** The response to the commit of a change was lost. No status says so; a 504 is not taken for a refusal. */
export const outcomeUnknown: ProblemSketch = {
  status: 504,
  code: 'outcome-unknown',
  title: 'The outcome is unknown: the change may have been made',
  detail: 'Send the same request again, with the same Idempotency-Key or version: the change is made once.',
  headers: { 'retry-after': '1' },
};

/** What the client sent does not match a schema. */
export const validationFailed = (errors: readonly FieldError[]): ProblemSketch => ({
  status: 400,
  code: 'validation-failed',
  title: 'The request is not valid',
  errors,
});

/** A value that passes its schema, and that the database cannot store. */
export const unstorableValue: ProblemSketch = {
  status: 400,
  code: 'unstorable-value',
  title: 'A value cannot be stored',
};

/** The codes of all problems of HTTP itself: no use case has them. */
export const httpCodes: ReadonlySet<string> = new Set([
  ...Object.values(byStatus).map(({ code }) => code),
  ...[outcomeUnknown, unstorableValue, validationFailed([])].map(({ code }) => code),
]);
