// Loaded by `node --require` into a server that a tool starts: should the tool be killed, its server stops as well.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Waiting for that is no reason to keep running.
process.channel?.unref();
