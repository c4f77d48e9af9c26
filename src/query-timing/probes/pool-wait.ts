const WAITED = Symbol('query-timing.waited');

/** No connection needs to be inspected until a wait has been noted: not every driver has a pool. */
let noted = false;

interface Acquired {
  [WAITED]?: number;
}

/**
 * Notes on a connection how long its current user waited for it, in milliseconds.
 * @returns true for a new connection
 */
export function notePoolWait(connection: object, waited: number): boolean {
  noted = true;
  const isNew = (connection as Acquired)[WAITED] === undefined;
  (connection as Acquired)[WAITED] = waited;
  return isNew;
}

/** How long a query runner waited for its connection, in milliseconds; 0 for every statement after the first. */
export function takePoolWait(runner: object): number {
  if (!noted) return 0;
  const connection = (runner as { databaseConnection?: Acquired | null }).databaseConnection;
  const waited = connection?.[WAITED];
  if (waited === undefined || waited === 0) return 0;
  connection![WAITED] = 0;
  return waited;
}
