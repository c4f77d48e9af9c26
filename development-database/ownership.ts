import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import { PARTIAL, type Layout } from './layout';
import { startTimeOf } from './processes';

interface Owner {
  readonly pid: number;
  readonly startTime: string;
  readonly program: string;
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

const lives = (owner: Owner | undefined): owner is Owner =>
  owner !== undefined && startTimeOf(owner.pid) === owner.startTime;

/** Puts the file in place under its name only if the name is free. */
function linkIfFree(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the file of a dead owner. When several processes try concurrently, the rename succeeds for one of them. */
function removeDeadOwner(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  // Another process may have become the owner before the rename: it gets its file back.
  if (lives(readOwner(aside))) linkIfFree(aside, path);
  rmSync(aside, { force: true });
}

/** The living process that owns the folder, if any. */
export function livingOwner({ owner }: Layout): Owner | undefined {
  const found = readOwner(owner);
  return lives(found) ? found : undefined;
}

/**
 * Makes this process the only owner of the folder.
 *
 * @returns how to give it up again; safe to call more than once
 * @throws EmbeddedPostgresError when a living process owns it
 */
export function claim(layout: Layout): () => void {
  const mine: Owner = {
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    program: process.argv[1] ?? process.title,
  };
  const draft = `${layout.owner}${PARTIAL}${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    while (!linkIfFree(draft, layout.owner)) {
      const other = livingOwner(layout);
      if (other) {
        throw new EmbeddedPostgresError(
          `The embedded PostgreSQL in ${layout.home} belongs to process ${other.pid} (${other.program}): ` +
            'stop that process, or share its server with DATABASE_URL="$(npm run -s db:url)".',
        );
      }
      removeDeadOwner(layout.owner, `${draft}.dead`);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  let released = false;
  return () => {
    if (released) return;
    released = true;
    rmSync(layout.owner, { force: true });
  };
}
