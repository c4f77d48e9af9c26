import { execFileSync } from 'node:child_process';

/**
 * Stops a server and its children, as when their machine hangs: connections stay open, and nothing responds.
 *
 * @param pid of the server
 * @returns what lets them continue; it may be called again
 */
export function freeze(pid: number): () => void {
  const frozen: number[] = [];
  const stop = (one: number) => {
    if (signal(one, 'SIGSTOP')) frozen.push(one);
  };
  // The server first: then it starts no more of them.
  stop(pid);
  childrenOf(pid).forEach(stop);
  return () => {
    for (const one of frozen.splice(0)) signal(one, 'SIGCONT');
  };
}

function childrenOf(pid: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/).map(Number))
    .flatMap(([own, parent]) => (parent === pid ? [own!] : []));
}

/** @returns whether there is such a process */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
