import { hostileRequests } from './hostile-requests';
import { overloads } from './overload';
import { slowClients } from './slow-clients';
import { connections } from './connections';
import { secrets } from './secrets';
import { soak } from './soak';
import { countedFaults } from './counted-faults';
import { failover } from './failover';
import type { Figure } from '../figure';
import { blackHole } from './black-hole';
import { distinctStatements } from './distinct-statements';
import { idempotency } from './idempotency';
import { lostWrites } from './lost-writes';
import { recoveries } from './recovery';
import { rollingRestarts } from './rolling-restarts';
import { sabotage } from './sabotage';
import { statementCounts } from './statement-counts';

/** In the order of their numbers. */
export const figures: readonly Figure[] = [
  lostWrites,
  rollingRestarts,
  countedFaults,
  recoveries,
  blackHole,
  overloads,
  connections,
  slowClients,
  hostileRequests,
  secrets,
  statementCounts,
  sabotage,
  distinctStatements,
  soak,
  idempotency,
  failover,
];
