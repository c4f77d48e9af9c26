import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import type { Stage } from '../../tools/demo/stage';

export interface Answer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body: string;
}

/** Somebody who asks the service over HTTP, and takes whatever it answers. */
export class Customer {
  constructor(readonly stage: Stage) {}

  async ask(method: 'GET' | 'PUT' | 'POST', path: string, content?: unknown): Promise<Answer> {
    const { statusCode, headers, body } = await request(new URL(path, this.stage.url), {
      method,
      headers: {
        authorization: `Bearer ${this.stage.token}`,
        ...(content === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      body: content === undefined ? null : JSON.stringify(content),
    });
    const retryAfter = headers['retry-after'];
    return { status: statusCode, body: await body.text(), ...(typeof retryAfter === 'string' ? { retryAfter } : {}) };
  }
}
