import { CreateOrdering1763800000000 } from './1763800000000-create-ordering';
import { CreateIdempotencyKeys1763800000001 } from './1763800000001-create-idempotency-keys';

/** In the order in which they run. Named one by one: a glob finds other files in `src` than in `dist`. */
export const migrations = [CreateOrdering1763800000000, CreateIdempotencyKeys1763800000001];
