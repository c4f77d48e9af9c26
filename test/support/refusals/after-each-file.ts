import { relative, resolve } from 'node:path';
import { writeSeen } from './seen';

/** For the end-to-end tests: see global-teardown.ts. */
afterAll(() => {
  writeSeen(relative(resolve(__dirname, '../../e2e'), expect.getState().testPath!));
});
