#!/usr/bin/env bash
# One would expect: a View that drops an attribute adds up the series that become one, for an observable counter as for a
#   counter. (The specification: the sums of asynchronous instruments are to be merged as well.)
# Behaviour: for observable counters and up-down counters the last observation overwrites the others: four cores of 10, 20, 30
#   and 40 s of CPU time are reported as 40 s, not as 100 s. The order in which the callback goes through them decides.
# Who is hurt: operators who drop `cpu`, `interface`, `pool` or another attribute with many values to save money: the totals
#   of host, pool and runtime metrics are too small, and a rate() on them looks plausible.
# Versions: @opentelemetry/sdk-metrics 2.12.1, @opentelemetry/api 1.9.1. Seen on 2026-11-30, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/sdk-metrics@2.12.1 @opentelemetry/api@1.9.1
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { MeterProvider, MetricReader, createDenyListAttributesProcessor } = require('@opentelemetry/sdk-metrics');
const packageFile = 'node_modules/@opentelemetry/sdk-metrics/package.json';
const { version } = JSON.parse(require('node:fs').readFileSync(packageFile, 'utf8'));
class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const CORES = [10, 20, 30, 40];
(async () => {
  const reader = new Reader();
  const views = [{ instrumentName: '*', attributesProcessors: [createDenyListAttributesProcessor(['cpu'])] }];
  const meter = new MeterProvider({ readers: [reader], views }).getMeter('host');
  const counter = meter.createCounter('counter');
  CORES.forEach((seconds, cpu) => counter.add(seconds, { cpu, state: 'user' }));
  const observe = (result) => CORES.forEach((seconds, cpu) => result.observe(seconds, { cpu, state: 'user' }));
  meter.createObservableCounter('observable counter').addCallback(observe);
  meter.createObservableUpDownCounter('observable up-down counter').addCallback(observe);
  const { resourceMetrics, errors } = await reader.collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const seen = Object.fromEntries(metrics.map((metric) => [metric.descriptor.name, metric.dataPoints]));
  const sums = Object.fromEntries(Object.entries(seen).map(([name, points]) => [name, points.map(({ value }) => value)]));
  console.log('sdk-metrics', version, sums, 'errors:', errors.length);
  assert.deepStrictEqual(sums, { counter: [100], 'observable counter': [40], 'observable up-down counter': [40] });
  assert.deepStrictEqual(seen['observable counter'][0].attributes, { state: 'user' });
})();
JS
node main.cjs
