import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { OwnService } from '../../../tools/demo/own-service';

export interface Response {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body: string;
}

/** An HTTP client that accepts any response. */
export class Client {
  constructor(readonly target: OwnService) {}

  async send(method: 'GET' | 'PUT' | 'POST', path: string, content?: unknown): Promise<Response> {
    const { statusCode, headers, body } = await request(new URL(path, this.target.url), {
      method,
      headers: {
        authorization: `Bearer ${this.target.token}`,
        ...(content === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      body: content === undefined ? null : JSON.stringify(content),
    });
    const retryAfter = headers['retry-after'];
    return { status: statusCode, body: await body.text(), ...(typeof retryAfter === 'string' ? { retryAfter } : {}) };
  }
}
