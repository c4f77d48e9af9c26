#!/usr/bin/env bash
# One would expect: `await result.map(f)` of a ResultAsync is as cheap as `await promise.then(f)`, and leaves garbage that the
#   next collection of the young generation frees.
# Behaviour: it costs ten times as much, and what passes through it stays until the next full collection. neverthrow is compiled
#   for 2015: map, mapErr, orElse, andThrough, andTee, orTee and `yield*` create a generator function for each call. V8 gives every
#   generator function that is called its own prototype and hidden classes, in the old generation, and these refer to the
#   function and all that it closes over. andThen is free of it.
# Who is hurt: services that return their pages and rows as ResultAsync: here a page of 21 orders took 70 us of minor collections
#   on its way through `asyncAndThen` and `map`, and 19 as a promise. The same holds for all async functions compiled for 2015.
# Versions: neverthrow 8.2.0. Seen on 2026-11-30, Node 20.20.2 and 26.12.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund neverthrow@8.2.0
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { getHeapSpaceStatistics } = require('node:v8');
const { ok, okAsync } = require('neverthrow');
const page = () => Array.from({ length: 1000 }, (_, n) => ({ n, text: `order ${n}` }));
const ways = {
  'promise.then': async () => (await Promise.resolve(page()).then((rows) => rows.slice())).length,
  andThen: async () => (await okAsync(page()).andThen((rows) => ok(rows.slice()))).value.length,
  map: async () => (await okAsync(page()).map((rows) => rows.slice())).value.length,
};
const oldGeneration = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size / 2 ** 20;

/** MiB that 300 pages take that are no longer used, after minor collections and after a full one. */
async function kept(read) {
  for (let i = 0; i < 20; i += 1) await read();
  gc();
  const before = oldGeneration();
  for (let i = 0; i < 300; i += 1) {
    await read();
    if (i % 10 === 9) gc({ type: 'minor' });
  }
  const afterMinor = oldGeneration() - before;
  gc();
  return { afterMinor: +afterMinor.toFixed(1), afterFull: +(oldGeneration() - before).toFixed(1) };
}
(async () => {
  const seen = {};
  for (const [name, read] of Object.entries(ways)) seen[name] = await kept(read);
  const { version } = JSON.parse(require('node:fs').readFileSync('node_modules/neverthrow/package.json', 'utf8'));
  console.log(`neverthrow ${version} Node ${process.version}, MiB in the old generation:`, seen);
  assert(seen.map.afterMinor > 10 * Math.max(seen.andThen.afterMinor, seen['promise.then'].afterMinor, 0.2));
  assert(seen.map.afterFull < seen.map.afterMinor / 10, 'nothing is leaked: a full collection frees it');
})();
JS
node --expose-gc main.cjs
