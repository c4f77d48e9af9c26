import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(pid: number, columns: string): string | undefined {
  const { stdout } = spawnSync('ps', ['-ww', '-o', columns, '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
  });
  return stdout?.trim() || undefined;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When a living process was started, in a form that is only good for comparison: together with the process id it
 * distinguishes a process from a later one with the same id. Undefined when there is no such process, or only its zombie.
 * Windows has no cheap start time; there a recycled id is mistaken for the old process.
 */
export function startTimeOf(pid: number): string | undefined {
  if (!exists(pid)) return undefined;
  if (process.platform === 'win32') return 'running';
  if (process.platform === 'linux') {
    // The command in the second field may contain anything, so the fields are counted from its closing parenthesis.
    const stat = readIfPresent(`/proc/${pid}/stat`);
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readIfPresent('/proc/sys/kernel/random/boot_id')?.trim()} ${fields[19]}`;
  }
  const [state, ...started] = (ps(pid, 'state=,lstart=') ?? 'Z').split(/\s+/);
  return state?.startsWith('Z') ? undefined : started.join(' ');
}

/** Program and arguments of a living process, separated by spaces; undefined when they are unknown. */
export function commandOf(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  if (process.platform === 'linux') {
    return readIfPresent(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() || undefined;
  }
  return ps(pid, 'command=');
}
