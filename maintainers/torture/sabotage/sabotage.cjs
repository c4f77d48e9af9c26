// Loaded before the service. On the message 'sabotage', a part of it begins to fail: which, is in SABOTAGE.
const fs = require('node:fs');
const prometheus = require('prom-client');
const { inService } = require('../guards-off/in-service.cjs');

const fail = () => {
  throw new Error('sabotaged');
};

/**
 * @param {any} type a class
 * @param {readonly string[]} methods that throw from now on
 */
function failEach(type, methods) {
  for (const method of methods) type.prototype[method] = fail;
}

/** @type {Record<string, () => void>} */
const ways = {
  /** Every sink of the library, and what counts in prom-client. */
  metrics() {
    const { QueryMetrics } = inService('query-timing/sinks/metrics/query-metrics.js');
    const { QueryStats } = inService('query-timing/sinks/statistics.js');
    for (const type of [QueryMetrics, QueryStats]) {
      failEach(
        type,
        Object.getOwnPropertyNames(type.prototype).filter((name) => /^(?:count|record)/.test(name)),
      );
    }
    failEach(prometheus.Counter, ['inc']);
    failEach(prometheus.Histogram, ['observe']);
  },
  /** The disk is full, and the logger of the library throws. */
  logger() {
    const { NestLogger } = inService('infrastructure/observability/nest-logger.js');
    failEach(NestLogger, ['log', 'warn', 'debug', 'verbose']);
    Object.assign(fs, { write: fail, writeSync: fail });
  },
  /** The clock of the library steps back, leaps or is no number; that of the system steps by hours. */
  clock() {
    const globals = inService('query-timing/globals.js');
    const { now } = Date;
    let turn = 0;
    const wrong = () => {
      turn += 1;
      return turn % 3 === 0 ? NaN : turn % 3 === 1 ? -turn : turn * 1e12;
    };
    globals.monotonicNow = wrong;
    globals.wallClockNow = wrong;
    Date.now = () => now() + ((turn++ % 7) - 3) * 3_600_000;
  },
};

process.on('message', (request) => {
  if (request !== 'sabotage') return;
  ways[process.env.SABOTAGE ?? '']?.();
  process.send?.('sabotaged');
});
process.channel?.unref();
