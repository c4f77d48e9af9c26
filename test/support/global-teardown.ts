import type { TestServer } from './global-setup';

export default async function tearDown(): Promise<void> {
  const state = globalThis as typeof globalThis & { testServer?: TestServer };
  await state.testServer?.undo?.run();
  state.testServer = undefined;
}
