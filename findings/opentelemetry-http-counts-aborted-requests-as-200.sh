#!/usr/bin/env bash
# One would expect: a request that ends without a response, because the client or a proxy has given up, has no status code in
#   the server's spans and metrics. (The conventions ask for the code if and only if one was sent.)
# Behaviour: instrumentation-http reads `response.statusCode` when the socket is closed. Node sets it to 200 until the handler
#   writes something: each abandoned request is a 200 with its status unset, also when the handler fails a moment later.
#   fastify-metrics counts none of them, since Fastify calls no onResponse hook. express-prom-bundle says 499.
# Who is hurt: availability objectives. While the service stalls, every caller times out, and the time-outs are successes: the
#   error rate falls to 0. Their latency is that of the callers' patience; with fastify-metrics the slowest requests are missing.
# Versions: @opentelemetry/instrumentation-http 0.223.0, sdk-metrics 2.12.1, sdk-trace-base 2.12.1, fastify 5.12.8,
#   fastify-metrics 13.2.1, express 5.3.0, express-prom-bundle 8.0.0. Seen on 2026-11-30, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/instrumentation-http@0.223.0 @opentelemetry/instrumentation@0.223.0 \
  @opentelemetry/sdk-metrics@2.12.1 @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/api@1.9.1 \
  fastify@5.12.8 fastify-metrics@13.2.1 prom-client@15.1.3 express@5.3.0 express-prom-bundle@8.0.0
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const reader = new (class extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
})();
const spans = new InMemorySpanExporter();
registerInstrumentations({
  instrumentations: [new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true })],
  meterProvider: new MeterProvider({ readers: [reader] }),
  tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
});
const http = require('node:http');
const express = require('express');
const expressBundle = require('express-prom-bundle');
const fastify = require('fastify');
const { default: fastifyMetrics } = require('fastify-metrics');
const { Registry } = require('prom-client');
const versionOf = (name) =>
  `${name} ${JSON.parse(require('node:fs').readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`;
/** Sends a request and gives it up when its handler runs: `entered` is called by the handler. */
let entered;
async function abandon(port, path) {
  const running = new Promise((resolve) => (entered = resolve));
  const request = http.get({ port, path, host: '127.0.0.1', agent: false }).on('error', () => {});
  await running;
  request.destroy();
}
const gone = (response) => (entered(), once(response, 'close'));
(async () => {
  const app = fastify();
  await app.register(fastifyMetrics, { defaultMetrics: { enabled: false }, endpoint: '/metrics' });
  app.get('/fine', async () => 'fine');
  app.get('/slow', (_, reply) => gone(reply.raw).then(() => 'too late'));
  app.get('/failing', (_, reply) => gone(reply.raw).then(() => Promise.reject(new Error('the database is down'))));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address();
  const registry = new Registry();
  const other = express().use(expressBundle({ promRegistry: registry }));
  other.get('/slow', (_, response) => gone(response).then(() => response.send('too late')));
  const otherServer = other.listen(0, '127.0.0.1');
  await once(otherServer, 'listening');
  await (await fetch(`http://127.0.0.1:${port}/fine`)).text();
  for (const path of ['/slow', '/slow', '/failing']) await abandon(port, path);
  await abandon(otherServer.address().port, '/slow');
  while (spans.getFinishedSpans().length < 5) await sleep(10);
  const traced = spans.getFinishedSpans().map(({ attributes, status }) => [attributes['http.response.status_code'], status.code]);
  const { resourceMetrics } = await reader.collect();
  const { dataPoints } = resourceMetrics.scopeMetrics[0].metrics.find(({ descriptor }) => /duration/.test(descriptor.name));
  const counted = dataPoints.map(({ attributes, value }) => [attributes['http.response.status_code'], value.count]);
  const countsOf = (text) => text.split('\n').filter((line) => line.startsWith('http_request_duration_seconds_count'));
  const byFastify = countsOf(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  const byBundle = countsOf(await registry.metrics());
  console.log(['@opentelemetry/instrumentation-http', 'fastify', 'fastify-metrics', 'express-prom-bundle'].map(versionOf).join());
  console.log('1 response, 4 requests without:', { traced, counted, byFastify, byBundle });
  otherServer.close();
  await app.close();
  assert.deepStrictEqual(traced, Array(5).fill([200, 0]));
  assert.deepStrictEqual(counted, [[200, 5]]);
  const counter = 'http_request_duration_seconds_count';
  assert.deepStrictEqual(byFastify, [`${counter}{method="GET",route="/fine",status_code="200"} 1`]);
  assert.deepStrictEqual(byBundle, [`${counter}{status_code="499"} 1`]);
})();
JS
OTEL_SEMCONV_STABILITY_OPT_IN=http node main.cjs
