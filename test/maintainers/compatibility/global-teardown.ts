import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import stopServer from '../../support/global-teardown';

export default async function tearDown(): Promise<void> {
  await stopServer();
  if (process.env.PACKED_LIBRARY) await rm(dirname(process.env.PACKED_LIBRARY), { recursive: true, force: true });
}
