import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user that root runs the server as, because PostgreSQL refuses to run as root: `nobody` on Linux. On macOS `nobody`
 * has a negative id that not every system call takes; `daemon` serves as well. Both must be known to the system, because
 * initdb looks its user up.
 */
export const unprivilegedUser: SystemUser =
  process.platform === 'darwin' ? { uid: 1, gid: 1 } : { uid: 65534, gid: 65534 };

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export const READ = 4;
export const EXECUTE = 1;

/** Whether the file's own mode gives the user the wanted bits of `rwx`. */
function grants(stats: Stats, user: SystemUser, bits: number): boolean {
  const shift = stats.uid === user.uid ? 6 : stats.gid === user.gid ? 3 : 0;
  return ((stats.mode >> shift) & bits) === bits;
}

/** Whether the user may pass through every folder above the path and has the wanted bits on the path itself. */
export function canAccess(path: string, user: SystemUser, bits: number): boolean {
  let current = realpathSync(path);
  if (!grants(statSync(current), user, bits)) return false;
  while (dirname(current) !== current) {
    current = dirname(current);
    if (!grants(statSync(current), user, EXECUTE)) return false;
  }
  return true;
}

/** The user a file belongs to, or undefined when there is no such file. */
export function ownerOf(path: string): SystemUser | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats && { uid: stats.uid, gid: stats.gid };
}
