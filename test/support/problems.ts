import type { Problem } from '../../src/infrastructure/http/problem';

interface AnyResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const identifier = /^[\w.:-]{1,128}$/;

/** Checks a response against the form of every problem. @returns its body */
export function expectProblem(response: AnyResponse, status: number, code: string): Problem {
  const { headers } = response;
  const body = (typeof response.body === 'string' ? parse(response.body) : response.body) as Problem;
  expect({ status: response.status, body }).toMatchObject({
    status,
    body: { type: `urn:problem:${code}`, status, code },
  });
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(headers.get('x-request-id')).toMatch(identifier);
  expect(body.title).toMatch(/^[A-Z].*[^.]$/);
  expect(body.instance).toMatch(/^\//);
  if (status === 503 || status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  if (status === 401)
    expect(headers.get('www-authenticate')).toMatch(/^Bearer( error="invalid_token", error_description="[^"]+")?$/);
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}
