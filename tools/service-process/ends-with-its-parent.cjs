/**
 * Loaded by `node --require` into a server that a tool starts. When the tool is killed, the server shuts down as on a
 * SIGTERM, and then stops the development database of the tool, if it has one: no other process would.
 */
const databasePid = Number(process.env.DEVELOPMENT_DATABASE_PID);
delete process.env.DEVELOPMENT_DATABASE_PID;

process.once('disconnect', () => {
  process.once('exit', () => {
    // PostgreSQL's fast shutdown.
    if (databasePid) process.kill(databasePid, 'SIGINT');
  });
  process.kill(process.pid, 'SIGTERM');
});
// Listening for the disconnect must not keep the process running.
process.channel?.unref();
