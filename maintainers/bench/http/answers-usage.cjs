// Loaded by `node --require` into each server of the benchmark: reports over IPC what the process has used, and profiles it.
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const SAMPLING_MICROSECONDS = 200;
/** @type {import('node:inspector/promises').Session} */
let profiler;

async function startProfile() {
  const { Session } = require('node:inspector/promises');
  profiler = new Session();
  profiler.connect();
  await profiler.post('Profiler.enable');
  await profiler.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROSECONDS });
  await profiler.post('Profiler.start');
}

async function stopProfile() {
  const { profile } = await profiler.post('Profiler.stop');
  profiler.disconnect();
  return profile;
}
setFlagsFromString('--no-expose-gc');

process.on('message', (request) => {
  if (request === 'usage') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss() });
  } else if (request === 'profile') {
    void startProfile().then(() => process.send?.('started'));
  } else if (request === 'profiled') {
    void stopProfile().then((profile) => process.send?.(profile));
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
