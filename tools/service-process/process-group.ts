import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;
const PATIENCE_MS = 10_000;
/** Of a killed process there may remain an entry that its parent does not remove. */
const MAX_REMAINING_MS = 1_000;

/**
 * Ends what is left of a process group, also when its leader has ended: asks with SIGTERM until nothing is left, and after
 * ten seconds kills. Not for Windows, which has no process groups.
 */
export async function endGroup(leader: number): Promise<void> {
  const started = performance.now();
  for (let waited = 0; waited < PATIENCE_MS + MAX_REMAINING_MS; waited = performance.now() - started) {
    if (!signalGroup(leader, waited < PATIENCE_MS ? 'SIGTERM' : 'SIGKILL')) return;
    await delay(POLL_MS);
  }
}

/** @returns whether the group has a process */
function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
