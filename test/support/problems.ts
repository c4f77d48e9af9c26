import type { Problem } from '../../src/infrastructure/http/problem';

interface AnyAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const identifier = /^[\w.:-]{1,128}$/;

/** Holds an answer to what every failure looks like to a client. @returns its body */
export function expectProblem(answer: AnyAnswer, status: number, code: string): Problem {
  const { headers } = answer;
  const body = (typeof answer.body === 'string' ? parse(answer.body) : answer.body) as Problem;
  expect({ status: answer.status, body }).toMatchObject({
    status,
    body: { type: `urn:problem:${code}`, status, code },
  });
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(headers.get('x-request-id')).toMatch(identifier);
  expect(body.title).toMatch(/^[A-Z].*[^.]$/);
  expect(body.instance).toMatch(/^\//);
  if (status === 503 || status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  if (status === 401) expect(headers.get('www-authenticate')).toBe('Bearer');
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}
