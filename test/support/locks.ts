import type { Client } from 'pg';

const waiting = `SELECT count(*)::int AS waiting FROM pg_locks
  WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`;

/** Waits until this number of sessions wait for a lock that the connection holds. */
export async function untilBlocked(holder: Client, sessions = 1): Promise<void> {
  for (;;) {
    const { rows } = await holder.query<{ waiting: number }>(waiting);
    if ((rows[0]?.waiting ?? 0) >= sessions) return;
  }
}
