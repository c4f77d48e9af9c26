import { buildWhenStale } from '../../tools/service-process/build';
import startServer from '../support/global-setup';

/** These tests run the built service, as it is shipped. */
export default async function buildAndStartServer(): Promise<void> {
  await buildWhenStale(() => undefined, { asShipped: true });
  await startServer();
}
