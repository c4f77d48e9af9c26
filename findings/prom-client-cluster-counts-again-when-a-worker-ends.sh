#!/usr/bin/env bash
# One would expect: counters of a cluster only grow. When one of its workers ends and another takes its place, after a crash, at
#   a memory limit or in a reload without downtime, increase() over that time is the number of requests in that time.
# Behaviour: clusterMetrics() adds up the workers that are alive. What an ended worker had counted is missing from then on, so
#   that each counter falls. Prometheus takes a fall for a restart from 0, and counts all that the OTHER workers have ever counted
#   as new: ten errors after a week with four workers are reported as three quarters of the errors of that week.
# Who is hurt: services with node:cluster or pm2. A worker that restarts looks like a burst of traffic, of slow requests and of
#   errors (error budgets, pages), the larger the longer the service has run. (The README describes the sum, not the fall.)
#   With a default label per worker there is a series for each, and increase() is right: the second figure.
# Versions: prom-client 15.1.3. Seen on 2026-11-30, Node 20.20.2. Prometheus 2.42 computes the same increases from the samples.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund prom-client@15.1.3
cat >main.cjs <<'JS'
const assert = require('node:assert');
const cluster = require('node:cluster');
const { once } = require('node:events');
const { AggregatorRegistry, Counter, register } = require('prom-client');
const [WORKERS, BEFORE, AFTER] = [4, 1000, 10];
const errors = new Counter({ name: 'errors_total', help: 'Requests that failed' });
/** Adds to the counter of one worker. */
async function count(worker, errorsOfIt) {
  worker.send({ errorsOfIt });
  await once(worker, 'message');
}
/** As in Prometheus: a sample below the one before it is a counter that has begun again at 0. */
const increase = (samples) =>
  samples.slice(1).reduce((sum, sample, index) => sum + (sample < samples[index] ? sample : sample - samples[index]), 0);
async function startWorker(labels) {
  const worker = cluster.fork({ LABELS: String(labels) });
  await once(worker, 'message');
  return worker;
}
/** The errors within a minute in which one of the workers is replaced and `AFTER` requests fail. */
async function errorsInTheMinute(labels) {
  const aggregator = new AggregatorRegistry();
  const scrapes = [];
  const scrape = async () => {
    const lines = (await aggregator.clusterMetrics()).split('\n').filter((line) => line.startsWith('errors_total'));
    scrapes.push(new Map(lines.map((line) => line.split(' ')).map(([series, value]) => [series, Number(value)])));
  };
  const workers = [];
  for (let i = 0; i < WORKERS; i++) workers.push(await startWorker(labels));
  for (const worker of workers) await count(worker, BEFORE);
  await scrape();
  const ended = workers.pop();
  ended.kill();
  await once(ended, 'exit');
  workers.push(await startWorker(labels));
  await scrape();
  await count(workers.at(-1), AFTER);
  await scrape();
  for (const worker of workers) worker.kill();
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  const series = new Set(scrapes.flatMap((scraped) => [...scraped.keys()]));
  const samplesOf = (name) => scrapes.map((scraped) => scraped.get(name)).filter((value) => value !== undefined);
  return [...series].map((name) => increase(samplesOf(name))).reduce((sum, value) => sum + value, 0);
}
if (cluster.isPrimary) {
  (async () => {
    const seen = { summed: await errorsInTheMinute(false), 'with a label per worker': await errorsInTheMinute(true) };
    console.log('prom-client', require('prom-client/package.json').version, `errors: ${AFTER}, increase():`, seen);
    assert.deepStrictEqual(seen, { summed: (WORKERS - 1) * BEFORE + AFTER, 'with a label per worker': AFTER });
  })();
} else {
  new AggregatorRegistry();
  if (process.env.LABELS === 'true') register.setDefaultLabels({ worker: String(cluster.worker.id) });
  process.on('message', ({ errorsOfIt }) => {
    if (errorsOfIt === undefined) return;
    errors.inc(errorsOfIt);
    process.send('counted');
  });
  process.send('ready');
}
JS
node main.cjs
