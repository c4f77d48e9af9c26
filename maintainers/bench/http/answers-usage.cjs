// Loaded by `node --require` into each server of the benchmark: reports over IPC what the process has used.
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
setFlagsFromString('--no-expose-gc');

process.on('message', (request) => {
  if (request === 'usage') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss() });
  } else if (request === 'settle') {
    // Each inside a tick, as a message is: src/v8-settings.ts says what a collection between ticks does to a server.
    collectGarbage();
    setImmediate(() =>
      process.nextTick(() => {
        collectGarbage();
        process.send?.('settled');
      }),
    );
  }
});
process.channel?.unref();
