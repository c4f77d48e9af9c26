import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import startServer from '../../support/global-setup';
import { packLibrary } from '../../support/packed-library';

/** One server and one tarball for all applications. */
export default async function packAndStartServer(): Promise<void> {
  await startServer();
  process.env.PACKED_LIBRARY = await packLibrary(await mkdtemp(join(tmpdir(), 'query-timing-compatibility-')));
}
