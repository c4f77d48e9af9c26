// A fault of a sink, of its logger or of the clock reaches the query.
const { inService } = require('./in-service.cjs');

const { Guard } = inService('query-timing/recorder/guard.js');
Guard.prototype.failed = (/** @type {unknown} */ error) => {
  throw error;
};
