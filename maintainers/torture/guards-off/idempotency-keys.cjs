// No idempotency key is remembered: each request is a new one.
const { okAsync } = require('neverthrow');
const { inService } = require('./in-service.cjs');

const { TypeOrmIdempotencyKeys } = inService('infrastructure/database/idempotency/typeorm-idempotency-keys.js');
TypeOrmIdempotencyKeys.prototype.claim = () => okAsync({ kind: 'claimed' });
