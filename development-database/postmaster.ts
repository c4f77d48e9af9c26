import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Layout } from './layout';
import { commandOf, startTimeOf } from './processes';
import { shutDown } from './shutdown';

/** What a server writes about itself into its data directory. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Accepts connections. */
  readonly ready: boolean;
}

const pidFile = ({ data }: Layout): string => join(data, 'postmaster.pid');

/** The content of postmaster.pid; its process may be long gone. */
export function readPostmasterFile(layout: Layout): Postmaster | undefined {
  try {
    const lines = readFileSync(pidFile(layout), 'utf8').split('\n');
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

/** The living server of this data directory. The process id alone does not prove it: it may have been reused. */
export function findPostmaster(layout: Layout): Postmaster | undefined {
  const postmaster = readPostmasterFile(layout);
  if (!postmaster || startTimeOf(postmaster.pid) === undefined) return undefined;
  const command = commandOf(postmaster.pid) ?? '';
  return `${command} `.includes(` -D ${layout.data} `) ? postmaster : undefined;
}

/** Ends the server that an earlier owner left running, if there is one; returns its process id. */
export async function stopLeftOver(layout: Layout): Promise<number | undefined> {
  const postmaster = findPostmaster(layout);
  if (!postmaster) {
    removeMisleadingPidFile(layout);
    return undefined;
  }
  const { pid } = postmaster;
  const startTime = startTimeOf(pid);
  await shutDown(pid, async (withinMilliseconds) => {
    const end = performance.now() + withinMilliseconds;
    while (startTimeOf(pid) === startTime) {
      if (performance.now() > end) return false;
      await delay(10);
    }
    return true;
  });
  return pid;
}

/**
 * PostgreSQL refuses to start while the process id in postmaster.pid exists, also when it is another program's by now.
 * In doubt the file stays: it guards the data.
 */
function removeMisleadingPidFile(layout: Layout): void {
  const postmaster = readPostmasterFile(layout);
  const program = postmaster && commandOf(postmaster.pid)?.split(' ', 1)[0];
  if (program && !basename(program).startsWith('postgres')) rmSync(pidFile(layout), { force: true });
}
