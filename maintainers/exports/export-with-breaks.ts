import type { Readable } from 'node:stream';
import { request } from 'undici';

export interface Exported {
  readonly ids: readonly string[];
  readonly requests: number;
}

/**
 * Reads an export of newline-delimited JSON to its end. Each request is broken off after some lines, and the next one continues
 * after the last id.
 */
export async function exportWithBreaks(
  url: string,
  token: string,
  breakAfter: number,
  onProgress: (ids: number) => void,
): Promise<Exported> {
  const ids: string[] = [];
  for (let requests = 1; ; requests += 1) {
    const last = ids.at(-1);
    const { statusCode, body } = await request(last === undefined ? url : `${url}?after=${last}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (statusCode !== 200) throw new Error(`The export got ${statusCode}: ${await body.text()}`);
    const until = ids.length + breakAfter;
    body.on('error', () => undefined); // A request that is broken off is reported there, too.
    for await (const line of linesOf(body)) {
      ids.push((JSON.parse(line) as { id: string }).id);
      if (ids.length % 5_000 === 0) onProgress(ids.length);
      if (ids.length === until) break;
    }
    if (ids.length < until) return { ids, requests };
  }
}

async function* linesOf(body: Readable): AsyncGenerator<string> {
  let unfinished = '';
  for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (unfinished + chunk).split('\n');
    unfinished = lines.pop()!;
    yield* lines;
  }
}
