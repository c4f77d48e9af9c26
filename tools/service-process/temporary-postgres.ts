import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resetEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from '../../development-database';
import type { UndoList } from '../undo-list';

/** No protection against power failures: the data is temporary. */
const withoutDurability = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** An embedded PostgreSQL in a temporary directory; the undo removes both. */
export async function startTemporaryPostgres(
  undo: UndoList,
  settings: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<EmbeddedPostgres> {
  const parent = await mkdtemp(join(tmpdir(), 'temporary-postgres-'));
  undo.add(() => rm(parent, { recursive: true, force: true }));
  const directory = join(parent, 'postgres');
  // The supervisor may have kept it elsewhere, where the server's user can reach it.
  undo.add(() => resetEmbeddedPostgres({ directory }));
  const postgres = await startEmbeddedPostgres({ directory, settings: { ...withoutDurability, ...settings }, signal });
  undo.add(() => postgres.stop());
  return postgres;
}
