import { join } from 'node:path';

/** What the supervisor keeps in its folder. */
export interface Layout {
  readonly home: string;
  /** Data and credentials together: either is worthless without the other, so they appear and go in one rename. */
  readonly cluster: string;
  readonly data: string;
  readonly credentials: string;
  readonly serverLog: string;
  readonly owner: string;
}

export function layoutOf(home: string): Layout {
  const cluster = join(home, 'cluster');
  return {
    home,
    cluster,
    data: join(cluster, 'data'),
    credentials: join(cluster, 'credentials.json'),
    serverLog: join(home, 'server.log'),
    owner: join(home, 'owner.json'),
  };
}

/** Marks what is still being made; whatever carries it without an owner was interrupted and may be removed. */
export const PARTIAL = '.partial-';
