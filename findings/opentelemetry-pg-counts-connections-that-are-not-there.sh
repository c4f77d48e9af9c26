#!/usr/bin/env bash
# One would expect: `db.client.connection.count` of OpenTelemetry's instrumentation for pg says, for each pool, how many of its
#   connections are used and how many are idle.
# Behaviour: it reads the pool in its 'release' event, which pg-pool sends before the connection is idle again: a pool at rest has one
#   used connection for ever, and a pool with `max: 1` looks exhausted. With a second pool it is worse. What was counted last is one
#   variable for all pools, so that each adds the difference from the other: idle goes below zero in one and above `max` in the
#   other, further with each change of turns, and stays so after the pools have ended.
# Who is hurt: alerts on saturation, and services with a read replica, a pool for migrations or one pool per tenant: the series
#   drift without a limit, and no restart of the database or the pool brings them back.
# Versions: @opentelemetry/instrumentation-pg 0.76.0, sdk-metrics 2.12.1, pg 8.23.1, PostgreSQL 18.4. Seen on 2026-12-01, Node
#   20.20.2. (As root it makes a system user.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/api@1.9.1 @opentelemetry/instrumentation-pg@0.76.0 \
  @opentelemetry/sdk-metrics@2.12.1 pg@8.23.1 embedded-postgres@18.4.0-beta.17
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg');
const metrics = require('@opentelemetry/sdk-metrics');
const exporter = new metrics.InMemoryMetricExporter(metrics.AggregationTemporality.CUMULATIVE);
const reader = new metrics.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6 });
const instrumentation = new PgInstrumentation();
instrumentation.setMeterProvider(new metrics.MeterProvider({ readers: [reader] }));
const { Pool } = require('pg');
/** What the metric says of each pool: the used and the idle connections. */
async function count() {
  exporter.reset();
  await reader.forceFlush();
  const { scopeMetrics } = exporter.getMetrics().at(-1);
  const counts = {};
  for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
    if (descriptor.name !== 'db.client.connection.count') continue;
    for (const { attributes, value } of dataPoints) {
      const pool = attributes['db.client.connection.pool.name'].split('/')[1];
      counts[pool] = { ...counts[pool], [attributes['db.client.connection.state']]: value };
    }
  }
  return counts;
}
(async () => {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = 20_000 + (process.pid % 20_000);
  const quiet = { onLog() {}, onError() {} };
  const options = { databaseDir: 'data', user: 'postgres', password: 'postgres', port, persistent: false, ...quiet };
  const server = new EmbeddedPostgres({ ...options, createPostgresUser: process.getuid() === 0 });
  await server.initialise();
  await server.start();
  const login = { host: '127.0.0.1', port, user: 'postgres', password: 'postgres' };
  const main = new Pool({ ...login, database: 'postgres', max: 1 });
  await main.query('SELECT 1');
  assert.deepStrictEqual([main.totalCount, main.idleCount], [1, 1]);
  const seen = { 'one pool at rest': await count() };
  const reports = new Pool({ ...login, database: 'template1', max: 3 });
  for (let turns = 0; turns < 20; turns++) {
    await main.query('SELECT 1');
    await Promise.all([1, 2, 3].map(() => reports.query('SELECT 1')));
  }
  assert.deepStrictEqual([main.totalCount, main.idleCount, reports.totalCount, reports.idleCount], [1, 1, 3, 3]);
  seen['two pools at rest, after twenty turns'] = await count();
  await Promise.all([main.end(), reports.end()]);
  seen['both ended'] = await count();
  const name = '@opentelemetry/instrumentation-pg';
  const { version } = JSON.parse(require('node:fs').readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  console.log(name, version, 'counts of a pool of 1 (postgres) and a pool of 3 (template1):', seen);
  await server.stop();
  const [one, two, ended] = Object.values(seen);
  assert.deepStrictEqual(one, { postgres: { used: 1, idle: 0 } });
  assert.ok(two.postgres.idle < 0 && two.template1.idle > 20, 'the counts of two pools have not drifted apart');
  assert.ok(ended.postgres.idle < 0 && ended.template1.idle > 20, 'the counts have come back');
})();
JS
node main.cjs
