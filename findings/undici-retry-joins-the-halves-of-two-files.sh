#!/usr/bin/env bash
# One would expect: when a download breaks off, RetryAgent of undici goes on where it stopped, and fails if the file was replaced
#   in the meantime: its documentation says that the range request is guarded by the original ETag.
# Behaviour: weak ETags (W/"…") are dropped, and Last-Modified and the total size in Content-Range are not compared either. The
#   start of the old file and the rest of the new one are returned as one body, with status 200 and the headers of the old one.
#   @fastify/static, express.static and compressing proxies send weak ETags only. A smaller file fails; a bigger one is cut off.
# Who is hurt: services that fetch files, exports or bundles through RetryAgent or `interceptors.retry()`: a deployment that
#   replaces a file, while a proxy restarts, is stored as one corrupt file without an error.
# Versions: undici 8.13.1, @fastify/static 10.1.11, fastify 5.12.8. Seen on 2026-12-01 by Node 26.10.0, which the script installs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund node@26.10.0 undici@8.13.1 fastify@5.12.8 @fastify/static@10.1.11
cat >main.mjs <<'JS'
import assert from 'node:assert';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import serveStatic from '@fastify/static';
import Fastify from 'fastify';
import { Agent, fetch, RetryAgent } from 'undici';
const SIZE = 200_000;
const BREAK_AFTER = 60_000;
mkdirSync('public');
const app = Fastify({ forceCloseConnections: true }).register(serveStatic, { root: `${process.cwd()}/public` });
await app.listen({ port: 0, host: '127.0.0.1' });
/** Puts a file of one letter in the place of the one that is there, as a deployment does. */
function deploy(letter, size) {
  writeFileSync('next', letter.repeat(size));
  renameSync('next', 'public/file.txt');
}
/** A proxy that ends the first connection within the response. */
async function startProxy(onBreak) {
  let connections = 0;
  const proxy = net.createServer((client) => {
    let left = ++connections === 1 ? BREAK_AFTER : Infinity;
    const upstream = net.connect(app.server.address().port, '127.0.0.1');
    client.pipe(upstream).on('error', () => {});
    client.on('error', () => {}).on('close', () => upstream.destroy());
    upstream.on('data', (data) => {
      if (left <= 0) return;
      const broken = data.length >= left;
      client.write(data.subarray(0, left), () => {
        if (!broken) return;
        onBreak();
        client.destroy();
      });
      left -= data.length;
    });
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return proxy;
}
const agent = new RetryAgent(new Agent(), { minTimeout: 10 });
async function download(newSize) {
  deploy('A', SIZE);
  const proxy = await startProxy(() => deploy('B', newSize));
  try {
    const response = await fetch(`http://127.0.0.1:${proxy.address().port}/file.txt`, { dispatcher: agent });
    const text = await response.text();
    assert.match(response.headers.get('etag'), /^W\//);
    return `${response.status}: ${text.length} bytes of ${[...new Set(text)].join(' and ')}`;
  } catch (error) {
    return `failed: ${error.cause?.message ?? error.message}`;
  } finally {
    proxy.close();
  }
}
const seen = { 'same size': await download(SIZE), bigger: await download(2 * SIZE), smaller: await download(SIZE - 1) };
console.log('undici', JSON.parse(readFileSync('node_modules/undici/package.json', 'utf8')).version, 'Node', process.version, seen);
assert.strictEqual(seen['same size'], `200: ${SIZE} bytes of A and B`);
assert.strictEqual(seen.bigger, `200: ${SIZE} bytes of A and B`);
assert.match(seen.smaller, /^failed/);
await app.close();
await agent.close();
JS
node_modules/.bin/node main.mjs
