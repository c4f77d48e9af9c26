// Connections that broke stay in the pool until the service stops.
const { inService } = require('./in-service.cjs');

const pool = inService('infrastructure/database/guarded-pool.js').GuardedPool.prototype;
const remove = pool._remove;

pool._remove = function remain(/** @type {unknown} */ client, /** @type {(() => void) | undefined} */ callback) {
  if (this.ending) return remove.call(this, client, callback);
  /** @type {{ client: unknown }[]} */
  const idle = this._idle;
  if (!idle.some((item) => item.client === client)) this._idle.push({ client, idleListener: () => undefined });
  callback?.();
};
