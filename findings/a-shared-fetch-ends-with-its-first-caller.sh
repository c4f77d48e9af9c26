#!/usr/bin/env bash
# One would expect: callers that share one request are independent of each other, since they do not know of each other: the AbortSignal
#   of one ends the wait of that one, and the others get the response.
# Behaviour: the signal of the first caller belongs to all. When it aborts, because its client has gone or its own time limit was
#   short, `fetch()` of lru-cache and `interceptors.deduplicate()` of undici reject all the others with its reason. In lru-cache the
#   signal of a later caller does nothing at all: that caller waits until the value is there.
# Who is hurt: services that pass the signal of the HTTP request on to a cache or client that collapses equal requests: one user who
#   closes a tab fails all who wait for the same key, and the keys in the greatest demand are shared most often.
# Versions: lru-cache 11.5.3, undici 8.13.1. Seen on 2026-12-01 by Node 26.10.0, which the script installs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund node@26.10.0 lru-cache@11.5.3 undici@8.13.1
cat >main.mjs <<'JS'
import assert from 'node:assert';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { Agent, interceptors, request } from 'undici';
let requests = 0;
let arrived = Promise.withResolvers();
let respond = Promise.withResolvers();
const server = http.createServer(async (_, response) => {
  requests += 1;
  arrived.resolve();
  await respond.promise;
  response.end('value');
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${server.address().port}`;
const deduplicating = new Agent().compose(interceptors.deduplicate());
const get = {
  'lru-cache': () => {
    const fetchMethod = async (key, stale, { signal }) => (await fetch(url, { signal })).text();
    const cache = new LRUCache({ max: 10, fetchMethod });
    return (signal) => cache.fetch('key', { signal });
  },
  undici: () => async (signal) => (await request(url, { dispatcher: deduplicating, signal })).body.text(),
};
/** What becomes of three callers of one request of which one (by index) aborts before the server responds. */
async function abortOne(name, index) {
  requests = 0;
  [arrived, respond] = [Promise.withResolvers(), Promise.withResolvers()];
  const controllers = [0, 1, 2].map(() => new AbortController());
  const outcomes = ['not settled', 'not settled', 'not settled'];
  const send = get[name]();
  controllers.forEach(({ signal }, i) => {
    const settle = (outcome) => (outcomes[i] = outcome);
    send(signal).then(settle, (error) => settle(`rejected: ${error.message}`));
  });
  await arrived.promise;
  controllers[index].abort(new Error(`caller ${index} has gone`));
  await wait(200);
  respond.resolve();
  await wait(500);
  assert.strictEqual(requests, 1);
  return outcomes.join(', ');
}
const versionOf = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`;
const seen = {};
for (const name of Object.keys(get)) seen[name] = { first: await abortOne(name, 0), second: await abortOne(name, 1) };
console.log(Object.keys(get).map(versionOf).join(', '), 'Node', process.version, 'callers 0, 1 and 2, if one aborts:', seen);
server.closeAllConnections();
server.close();
const gone = Array(3).fill('rejected: caller 0 has gone').join(', ');
assert.deepStrictEqual(seen, {
  'lru-cache': { first: gone, second: 'value, value, value' },
  undici: { first: gone, second: 'value, rejected: caller 1 has gone, value' },
});
process.exit();
JS
node_modules/.bin/node main.mjs
