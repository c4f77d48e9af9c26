import { execFileSync } from 'node:child_process';
import startServer from '../support/global-setup';

/** These tests run the built service, as it is shipped. */
export default async function buildAndStartServer(): Promise<void> {
  execFileSync(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], { stdio: 'inherit' });
  await startServer();
}
