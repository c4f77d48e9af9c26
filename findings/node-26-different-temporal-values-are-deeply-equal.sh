#!/usr/bin/env bash
# One would expect: assert.deepStrictEqual() of two different dates fails, for Temporal, which Node 26 has without a flag, as
#   for Date.
# Behaviour: all values of one Temporal type are equal: 2026-01-01 and 2027-01-01, one hour and two, alone or inside an object.
#   A Temporal value has no own properties, and nothing else is compared. The same holds for util.isDeepStrictEqual() and for
#   toEqual() and toStrictEqual() of Jest. console.log prints `Temporal.PlainDate {}`, so that the value is not seen either.
# Who is hurt: test suites that move from Date to Temporal: each assertion about a date passes from then on, whatever the date.
#   So does code that asks "has it changed?" with isDeepStrictEqual: the change is not saved.
# Versions: Node 26.10.0 and expect 30.5.2 (Jest). Seen on 2026-11-30 by Node 26.10.0, which the script installs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund node@26.10.0 expect@30.5.2
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { inspect, isDeepStrictEqual } = require('node:util');
const { expect } = require('expect');
const pairs = {
  Date: [new Date('2026-01-01'), new Date('2027-01-01')],
  PlainDate: ['2026-01-01', '2027-01-01'].map((text) => Temporal.PlainDate.from(text)),
  Instant: ['2026-01-01T00:00Z', '2027-01-01T00:00Z'].map((text) => Temporal.Instant.from(text)),
  Duration: ['PT1H', 'PT2H'].map((text) => Temporal.Duration.from(text)),
};
const passes = (assertion) => {
  try {
    assertion();
    return true;
  } catch {
    return false;
  }
};
console.log('Node', process.version, 'expect', require('expect/package.json').version);
const equal = {};
for (const [type, [one, other]] of Object.entries(pairs)) {
  assert.notStrictEqual(String(one), String(other));
  equal[type] = [
    passes(() => assert.deepStrictEqual({ due: one }, { due: other })),
    isDeepStrictEqual(one, other),
    passes(() => expect({ due: one }).toEqual({ due: other })),
    passes(() => expect({ due: one }).toStrictEqual({ due: other })),
  ];
}
console.log('equal by deepStrictEqual, isDeepStrictEqual, toEqual, toStrictEqual:', equal);
console.log('printed:', inspect({ due: pairs.PlainDate[0] }));
const [never, always] = [Array(4).fill(false), Array(4).fill(true)];
assert.deepStrictEqual(equal, { Date: never, PlainDate: always, Instant: always, Duration: always });
assert.strictEqual(inspect(pairs.PlainDate[0]), 'Temporal.PlainDate {}');
JS
node_modules/.bin/node main.cjs
