const WAITED = Symbol('query-timing.waited');

/** Until somebody has noted a wait there is none to look for: not every driver has a pool. */
let noted = false;

interface Acquired {
  [WAITED]?: number;
}

/** Notes on a connection how long its present user has waited for it, in seconds. True when it is a new connection. */
export function notePoolWait(connection: object, seconds: number): boolean {
  noted = true;
  const isNew = (connection as Acquired)[WAITED] === undefined;
  (connection as Acquired)[WAITED] = seconds;
  return isNew;
}

/** How long a query runner has waited for the connection it holds, in seconds; 0 for all statements after the first. */
export function takePoolWait(runner: object): number {
  if (!noted) return 0;
  const connection = (runner as { databaseConnection?: Acquired | null }).databaseConnection;
  const seconds = connection?.[WAITED];
  if (seconds === undefined || seconds === 0) return 0;
  connection![WAITED] = 0;
  return seconds;
}
