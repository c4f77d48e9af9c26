import type { Client } from 'pg';

const waiting = `SELECT count(*)::int AS waiting FROM pg_locks
  WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`;

/** Until as many others wait for a lock that this connection holds. */
export async function untilSomebodyWaitsFor(holder: Client, others = 1): Promise<void> {
  for (;;) {
    const { rows } = await holder.query<{ waiting: number }>(waiting);
    if ((rows[0]?.waiting ?? 0) >= others) return;
  }
}
