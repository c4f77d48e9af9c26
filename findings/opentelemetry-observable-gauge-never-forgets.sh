#!/usr/bin/env bash
# One would expect: an observable gauge exports what its callback has observed in this collection. A queue, a connection or a
#   pod that is gone is observed no more, and its series ends. (The specification says that it should.)
# Behaviour: with cumulative temporality, the default and what Prometheus needs, the last value of each attribute set that was
#   ever observed is exported in each collection, with a fresh time. No call ends a series: the queue that was deleted with
#   500 entries has 500 entries until the process stops.
# Who is hurt: alerts on depth, lag or age per queue, partition or peer that never resolve; sums over series that count the
#   dead; memory, with names that change. A gauge of prom-client with reset() in collect() ends.
# Versions: @opentelemetry/sdk-metrics 2.12.1, @opentelemetry/api 1.9.1. Seen on 2026-11-30, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/sdk-metrics@2.12.1 @opentelemetry/api@1.9.1
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { AggregationTemporality, MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');
const packageFile = 'node_modules/@opentelemetry/sdk-metrics/package.json';
const { version } = JSON.parse(require('node:fs').readFileSync(packageFile, 'utf8'));
class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
(async () => {
  const cumulative = new Reader();
  const delta = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  const meter = new MeterProvider({ readers: [cumulative, delta] }).getMeter('queues');
  let depths = { mail: 500, jobs: 3 };
  meter.createObservableGauge('depth').addCallback((result) => {
    for (const [queue, depth] of Object.entries(depths)) result.observe(depth, { queue });
  });
  async function collect(reader) {
    const { resourceMetrics } = await reader.collect();
    const points = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.flatMap(({ dataPoints }) => dataPoints));
    return points.map(({ attributes, value, endTime }) => ({ text: `${attributes.queue} ${value}`, endTime }));
  }
  const texts = (points) => points.map(({ text }) => text).join(', ');
  const first = { cumulative: await collect(cumulative), delta: await collect(delta) };
  depths = { jobs: 4 };
  await new Promise((resolve) => setTimeout(resolve, 20));
  const second = { cumulative: await collect(cumulative), delta: await collect(delta) };
  const seen = {
    cumulative: `${texts(first.cumulative)}; then ${texts(second.cumulative)}`,
    delta: `${texts(first.delta)}; then ${texts(second.delta)}`,
  };
  console.log('sdk-metrics', version, seen);
  assert.deepStrictEqual(seen, {
    cumulative: 'mail 500, jobs 3; then mail 500, jobs 4',
    delta: 'mail 500, jobs 3; then jobs 4',
  });
  // The value that was kept looks like one that was observed.
  assert.deepStrictEqual(second.cumulative[0].endTime, second.cumulative[1].endTime);
  assert.notDeepStrictEqual(second.cumulative[0].endTime, first.cumulative[0].endTime);
})();
JS
node main.cjs
