#!/usr/bin/env bash
# One would expect: an entry of a WeakMap is freed with its key, by the collection that frees the key, whatever the value refers to:
#   that a value may refer to its key is why the WeakMap's entries are called ephemerons.
# Behaviour: true for a full collection only. While the WeakMap is in the old generation, as each one that lives long is,
#   collections of the young generation take its values for alive. A value that refers to its key, also by way of other objects or
#   of a closure, keeps key and value, and both move to the old generation: every one of them, until the next full collection.
#   Values that do not refer to their key are freed, and so are entries that were deleted before.
# Who is hurt: libraries that attach state to a request, a connection or an element by `new WeakMap()` so that it costs nothing, and
#   whose state has a way back (`{ request, startedAt }`, `() => request.user`). The memory of a steady load is a saw with teeth of
#   hundreds of megabytes, and each object is copied twice. A heap snapshot shows nothing, as it begins with a full collection.
# Versions: Node 20.20.2 (V8 11.3) and 26.10.0. Seen on 2026-11-30.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund node@26.10.0
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { getHeapSpaceStatistics } = require('node:v8');
const oldGeneration = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size / 2 ** 20;
const REQUESTS = 100_000;

/** What is known of a request, in a WeakMap or on itself. */
const ways = {
  'a value without a way back': (states, request) => states.set(request, { startedAt: request.number }),
  'a value that refers to its key': (states, request) => states.set(request, { request }),
  'a closure that refers to its key': (states, request) => states.set(request, () => request.number),
  'the same, deleted at the end': (states, request) => {
    states.set(request, { request });
    return () => states.delete(request);
  },
  'a property with a way back': (_states, request) => (request.state = { request }),
};

/** MiB that are left in the old generation, before and after a full collection. */
function left(attach) {
  const states = new WeakMap();
  gc();
  const before = oldGeneration();
  for (let number = 0; number < REQUESTS; number += 1) {
    const request = { number, state: undefined, headers: Array(100).fill(0) };
    const end = attach(states, request);
    if (typeof end === 'function') end();
  }
  const young = oldGeneration() - before;
  gc();
  const full = oldGeneration() - before;
  return { left: Math.round(young), afterFullCollection: Math.round(full), used: states instanceof WeakMap };
}
console.log(`Node ${process.version}, MiB in the old generation after ${REQUESTS} requests of 0.9 KB, one at a time:`);
const result = Object.fromEntries(Object.entries(ways).map(([name, attach]) => [name, left(attach)]));
console.table(result, ['left', 'afterFullCollection']);
for (const [name, { left: kept, afterFullCollection }] of Object.entries(result)) {
  const hasWayBack = name.endsWith('to its key');
  assert(hasWayBack ? kept > 30 : kept < 10, name);
  assert(afterFullCollection < 10, name);
}
JS
# No full collection begins by itself: it would hide what the others leave.
for node in node node_modules/.bin/node; do "$node" --expose-gc --initial-old-space-size=2000 main.cjs; done
