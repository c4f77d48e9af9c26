import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import startServer from '../global-setup';
import { SEEN_REFUSALS } from './seen';

export default async function setUp(): Promise<void> {
  process.env[SEEN_REFUSALS] = mkdtempSync(join(tmpdir(), 'seen-refusals-'));
  await startServer();
}
