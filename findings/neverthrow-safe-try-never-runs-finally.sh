#!/usr/bin/env bash
# One would expect: `finally` inside a generator of `safeTry` runs, whether a step returns Ok or Err: `yield*` of an Err leaves
#   the block early, as `?` does in Rust and `return` does in JavaScript.
# Behaviour: safeTry takes the first Err that the generator yields and drops the generator. It is never resumed and never asked
#   to return, so that no `finally` around the step runs, in the synchronous and in the asynchronous form. With steps that
#   are Ok, or that throw, it does run.
# Who is hurt: code that releases a lock, a connection or a span in `finally`: each business error leaks one, and the tests of
#   the successful path are green. (`using` has the same fate: it is a `finally`.)
# Versions: neverthrow 8.2.0. Seen on 2026-11-30, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund neverthrow@8.2.0
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { err, errAsync, ok, okAsync, safeTry } = require('neverthrow');
const version = JSON.parse(require('node:fs').readFileSync('node_modules/neverthrow/package.json', 'utf8')).version;
/** Four locks: each is taken, a step is tried, and `finally` gives the lock back. */
function attempt(step, held) {
  return safeTry(function* () {
    held.count++;
    try {
      yield* step;
      return ok('done');
    } finally {
      held.count--;
    }
  });
}
function attemptAsync(step, held) {
  return safeTry(async function* () {
    held.count++;
    try {
      yield* step;
      return ok('done');
    } finally {
      held.count--;
    }
  });
}
(async () => {
  const held = {};
  const run = async (name, work) => {
    const locks = { count: 0 };
    const outcome = await Promise.resolve()
      .then(() => work(locks))
      .then(
        (result) => (result.isOk() ? 'Ok' : 'Err'),
        () => 'thrown',
      );
    held[name] = `${outcome}, locks still held: ${locks.count}`;
  };
  await run('ok', (locks) => attempt(ok(1), locks));
  await run('err', (locks) => attempt(err('full'), locks));
  await run('async ok', (locks) => attemptAsync(okAsync(1), locks));
  await run('async err', (locks) => attemptAsync(errAsync('full'), locks));
  const broken = { *[Symbol.iterator]() { throw new Error('defect'); } };
  await run('a step that throws', (locks) => attempt(broken, locks));
  console.log('neverthrow', version, held);
  assert.deepStrictEqual(held, {
    ok: 'Ok, locks still held: 0',
    err: 'Err, locks still held: 1',
    'async ok': 'Ok, locks still held: 0',
    'async err': 'Err, locks still held: 1',
    'a step that throws': 'thrown, locks still held: 0',
  });
})();
JS
node main.cjs
