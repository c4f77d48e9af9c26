import { spawnSync } from 'node:child_process';

// Node only says so, and goes on, when V8 has no such flag: a limit that was misspelled, or is gone, would be lost.
it.each([
  ['the compiler is given its limits by', `require('./dist/compiler.js')`],
  ['the heap is tidied by', `require('./dist/heap.js').settleHeap()`],
])('V8 knows every flag that %s', (_what, script) => {
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
