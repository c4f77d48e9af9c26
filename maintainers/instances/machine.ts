import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
/** Columns of the first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal. */
const IDLE_COLUMNS = new Set([3, 4]);

/** CPU seconds that all processes of this machine have used so far. On Linux only. */
export function machineCpu(): number {
  const [, ...columns] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.trim().split(/\s+/);
  const ticks = columns
    .slice(0, 8)
    .reduce((sum, value, column) => sum + (IDLE_COLUMNS.has(column) ? 0 : Number(value)), 0);
  return ticks / TICKS_PER_SECOND;
}

/** CPU seconds that a process has used so far. On Linux only. */
export const processCpu = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e9;
