#!/usr/bin/env node
// Forwards the heartbeat of the alert Watchdog to an external service that alerts you when it stops:
//
//   node watchdog-relay.mjs FILE [PORT]
//
// FILE contains the URL of that service, which is a secret; it is read for each heartbeat, so it may change. Listens on
// loopback only, next to Alertmanager. Default port: 9099
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const TIMEOUT_MS = 10_000;

/** A server that forwards each POST. The response is 502 if the service did not take it: Alertmanager then tries again. */
export function relay(file) {
  return createServer((request, response) => {
    const chunks = [];
    request.on('error', () => undefined);
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const respond = (status) => response.writeHead(status, { 'content-type': 'text/plain' }).end();
      if (request.method !== 'POST') return respond(405);
      forward(file, Buffer.concat(chunks)).then(
        () => respond(200),
        (error) => {
          // Never the URL.
          console.error(`watchdog relay: ${error.cause?.code ?? error.code ?? error.message}`);
          respond(502);
        },
      );
    });
  });
}

async function forward(file, body) {
  const { ok, status } = await fetch(readFileSync(file, 'utf8').trim(), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error) => {
    throw error instanceof TypeError && error.cause === undefined ? new Error('the file has no URL') : error;
  });
  if (!ok) throw new Error(`the service responded with ${status}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file, port = '9099'] = process.argv.slice(2);
  if (file === undefined) {
    console.error('usage: watchdog-relay.mjs FILE [PORT]');
    process.exit(2);
  }
  const server = relay(file).listen(Number(port), '127.0.0.1', () =>
    console.log(`watchdog relay: http://127.0.0.1:${server.address().port}`),
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => process.exit(0)));
}
