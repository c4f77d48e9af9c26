#!/usr/bin/env bash
# One would expect: a POST is sent once. If the connection is lost before the response is complete, the client cannot know whether
#   the server has acted on it, and gets an error. (RFC 9110, 9.2.2: no automatic retry of a method that is not idempotent. Node
#   sends it once; so does Bun, which repeats only methods that are idempotent.)
# Behaviour: if the connection was used before, Deno sends the POST again on another one, without an error or a warning: fetch()
#   and node:http, after any time that the server has worked on it, and even when a part of the response had arrived. The caller
#   sees the second response only. A new connection is free of it (fixed in 2026), and so is a body that is a stream.
# Who is hurt: clients of a service whose process is killed, crashes or is replaced between its COMMIT and its response, or whose
#   proxy gives up: payments, orders and messages without an idempotency key are made twice, and all of them report one success.
# Versions: Deno 2.9.6; Bun 1.4.5 and Node 20.20.2 beside it. Seen on 2026-11-30. The script installs Deno and Bun.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund deno@2.9.6 bun@1.4.5
# A service that books each payment and loses every second connection before its response is complete, as a killed process does.
cat >server.mjs <<'JS'
import { createServer } from 'node:http';
let booked = 0;
const lost = new Set();
const server = createServer(async (request, response) => {
  for await (const _ of request);
  if (request.method === 'GET') return response.end(String(booked));
  booked += 1;
  const [, moment, payment] = request.url.split('/');
  if (lost.has(payment)) return response.end('booked');
  lost.add(payment);
  if (moment === 'after-a-second') await new Promise((resolve) => setTimeout(resolve, 1000));
  if (moment === 'while-responding') request.socket.write('HTTP/1.1 200 OK\r\nContent-');
  setTimeout(() => request.socket.destroy(), 20);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
cat >client.mjs <<'JS'
import assert from 'node:assert';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
const { versions } = process;
const runtime = ['deno', 'bun', 'node'].find((name) => name in versions);
const url = `http://127.0.0.1:${readFileSync('port', 'utf8').trim()}`;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const body = JSON.stringify({ amount: 5 });
const clients = {
  fetch: (path, method) =>
    fetch(url + path, method === 'GET' ? {} : { method, body }).then((response) => response.text()),
  'node:http': (path, method) =>
    new Promise((resolve, reject) => {
      const request = http.request(url + path, { method, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => (text += part)).on('error', reject).on('end', () => resolve(text));
      });
      request.on('error', reject).end(method === 'GET' ? undefined : body);
    }),
};
const seen = {};
for (const [name, send] of Object.entries(clients)) {
  for (const moment of ['immediately', 'after-a-second', 'while-responding']) {
    const before = Number(await send('/', 'GET'));
    const outcome = await send(`/${moment}/${randomUUID()}`, 'POST').catch(() => 'an error');
    seen[`${name} ${moment}`] = `${outcome}, ${Number(await send('/', 'GET')) - before} payments`;
  }
}
console.log(runtime, versions[runtime], seen);
const expected = runtime === 'deno' ? 'booked, 2 payments' : 'an error, 1 payments';
assert.deepStrictEqual(new Set(Object.values(seen)), new Set([expected]));
process.exit();
JS
node server.mjs >port &
server=$!
until [ -s port ]; do sleep 0.1; done
node client.mjs
node_modules/.bin/bun client.mjs
node_modules/.bin/deno run --allow-all client.mjs
