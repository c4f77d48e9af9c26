import { CreateOrdering1763800000000 } from './1763800000000-create-ordering';
import { CreateIdempotencyKeys1763800000001 } from './1763800000001-create-idempotency-keys';
import { CreateOutbox1763800000002 } from './1763800000002-create-outbox';

/** In the order in which they run. Listed one by one, because a glob finds different files in `src` and in `dist`. */
export const migrations = [CreateOrdering1763800000000, CreateIdempotencyKeys1763800000001, CreateOutbox1763800000002];
