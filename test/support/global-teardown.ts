import { stopServer, type TestServer } from './global-setup';

export default async function tearDown(): Promise<void> {
  const state = globalThis as typeof globalThis & { testServer?: TestServer };
  if (state.testServer) await stopServer(state.testServer);
  state.testServer = undefined;
}
