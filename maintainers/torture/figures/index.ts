import type { Figure } from '../figure';
import { idempotency } from './idempotency';
import { lostWrites } from './lost-writes';
import { rollingRestarts } from './rolling-restarts';

/** In the order of their numbers. */
export const figures: readonly Figure[] = [lostWrites, rollingRestarts, idempotency];
