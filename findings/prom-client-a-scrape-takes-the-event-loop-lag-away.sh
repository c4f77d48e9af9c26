#!/usr/bin/env bash
# One would expect: reading metrics changes nothing: two scrapers of one process see the same figures.
# Behaviour: `nodejs_eventloop_lag_max_seconds`, its mean, deviation and percentiles are taken from a histogram that each
#   scrape resets. The first scraper after a stall sees it; the next one sees what is left of the interval: a maximum of 0,
#   and "Nan" for the mean.
# Who is hurt: pairs of Prometheus servers, a second scrape job, or an engineer with curl during an incident: the alert on the
#   lag fires on one of the two, or not at all. (The reset per scrape is in no document of prom-client.)
# Versions: prom-client 15.1.3. Seen on 2026-11-30, Node 20.20.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund prom-client@15.1.3
cat >main.cjs <<'JS'
const assert = require('node:assert');
const { createServer } = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const { collectDefaultMetrics, register } = require('prom-client');
const version = JSON.parse(require('node:fs').readFileSync('node_modules/prom-client/package.json', 'utf8')).version;
const valueOf = (text, name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)[1]);
(async () => {
  collectDefaultMetrics();
  const server = createServer(async (_request, response) => response.end(await register.metrics()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scrape = async () => (await fetch(`http://127.0.0.1:${server.address().port}`)).text();
  await scrape();
  await sleep(50);
  const stallEnds = performance.now() + 500;
  while (performance.now() < stallEnds);
  await sleep(50);
  const seen = [];
  for (const scraper of ['first', 'second']) {
    const text = await scrape();
    const [max, mean] = ['max', 'mean'].map((name) => valueOf(text, `nodejs_eventloop_lag_${name}_seconds`));
    seen.push({ scraper, max, mean });
  }
  console.log('prom-client', version, 'after a stall of 0.5 s:', seen);
  server.close();
  server.closeAllConnections();
  assert.ok(seen[0].max > 0.4, 'the first scraper sees the stall');
  assert.ok(seen[1].max < 0.2, 'the second does not');
})();
JS
node main.cjs
