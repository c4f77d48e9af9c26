import { spawnSync } from 'node:child_process';

// Node only says so, and goes on, when V8 has no such flag: a limit that was misspelled, or is gone, would be lost.
it.each([
  ['the compiler is given its limits by', `require('./dist/compiler.js')`],
  ['the heap is tidied by', `require('./dist/heap.js').settleHeap()`],
])('V8 knows every flag that %s', (_what, script) => {
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('the service sets them before it is loaded', () => {
  const script = `
    const v8 = require('node:v8');
    const set = v8.setFlagsFromString;
    v8.setFlagsFromString = (flag) => { console.log(flag, 'reflect-metadata loaded:', 'metadata' in Reflect); set(flag); };
    require('./dist/main.js');
  `;
  // Given a configuration that is refused, it ends there.
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env: { PORT: 'nonsense' } });
  expect(stdout.trim().split('\n')).toEqual([
    '--max-inlined-bytecode-size-cumulative=4000 reflect-metadata loaded: false',
    '--max-inlined-bytecode-size=920 reflect-metadata loaded: false',
    '--max-valid-polymorphic-map-count=16 reflect-metadata loaded: false',
    '--semi-space-growth-factor=1 reflect-metadata loaded: false',
    '--no-allocation-site-pretenuring reflect-metadata loaded: false',
  ]);
});
