#!/usr/bin/env bash
# One would expect: an object that was added to a Set (or a Map) and deleted from it, and that nothing else refers to, is freed by
#   the next collection of the young generation, as if it had never been in it. The Set is small: eight elements at any time.
# Behaviour: most such objects live until the next full collection. Deleting leaves a hole, so that a Set through which objects
#   pass is copied to a new table every few dozen deletions. The former table keeps its elements, and refers to the new one, as
#   running iterators need it. Once one table is in the old generation, each later one is taken for alive, moves there too, and
#   takes with it what was in the Set at that moment. A flag on the object, or an array with splice(), is free of it.
# Who is hurt: services that track requests, sockets, jobs or promises in progress in a Set or Map, which is the usual way to do it: a
#   request drags its socket, headers and body along. In a Nest service on Fastify, such a Set made 2.6 of the 3.1 KB that
#   each request left in the old generation (Node 26), and the heap reached three times its size before V8 began a full collection.
#   A heap snapshot shows nothing, as it begins with a full collection.
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
const OBJECTS = 100_000;
const IN_PROGRESS = 8;

/** Ways to know what is in progress: functions that begin and end it. */
const ways = {
  Set() {
    const all = new Set();
    return [(one) => all.add(one), (one) => all.delete(one)];
  },
  Map() {
    const all = new Map();
    return [(one) => all.set(one.id, one), (one) => all.delete(one.id)];
  },
  array() {
    const all = [];
    return [(one) => all.push(one), (one) => all.splice(all.indexOf(one), 1)];
  },
  flag() {
    return [(one) => (one.isInProgress = true), (one) => (one.isInProgress = false)];
  },
};

/** MiB that are left in the old generation, before and after a full collection. */
function left([begin, end]) {
  gc();
  const before = oldGeneration();
  const inProgress = [];
  for (let id = 0; id < OBJECTS; id += 1) {
    const one = { id, isInProgress: false, body: Array(100).fill(0) };
    begin(one);
    inProgress.push(one);
    if (inProgress.length > IN_PROGRESS) end(inProgress.shift());
  }
  const young = oldGeneration() - before;
  gc();
  return { left: Math.round(young), afterFullCollection: Math.round(oldGeneration() - before) };
}
console.log(`Node ${process.version}, MiB in the old generation after ${OBJECTS} objects of 0.9 KB, eight at a time:`);
const result = Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, left(way())]));
console.log(result);
for (const name of ['Set', 'Map']) assert(result[name].left > 40 && result[name].afterFullCollection < 5, name);
for (const name of ['array', 'flag']) assert(result[name].left < 5, name);
JS
# No full collection begins by itself: it would hide what the others leave.
for node in node node_modules/.bin/node; do "$node" --expose-gc --initial-old-space-size=2000 main.cjs; done
