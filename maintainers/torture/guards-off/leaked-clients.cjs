// Three clients are never returned to the pool.
const { inService } = require('./in-service.cjs');

const pool = inService('infrastructure/database/guarded-pool.js').GuardedPool.prototype;
const release = pool._release;
let left = 3;

pool._release = function leak(/** @type {unknown[]} */ ...args) {
  if (left > 0) left -= 1;
  else release.apply(this, args);
};
