import { pino, type DestinationStream } from 'pino';

/** Beyond so many bytes nobody waits for the end of a turn. */
const MOST_BUFFERED = 8 * 1024;

/**
 * Writes the lines of one turn of the event loop together: under load many requests end in one, and each write is a
 * system call. No line waits longer, and none is left when the process exits, be it by an uncaught error; a trip to the
 * thread pool for each would cost several times as much.
 *
 * @param file a path, or the number of an open file
 */
export function turnWriter(file: string | number): DestinationStream {
  const destination = pino.destination({ dest: file, sync: true, minLength: MOST_BUFFERED });
  const flush = (): void => {
    isScheduled = false;
    destination.flushSync();
  };
  let isScheduled = false;
  process.on('exit', flush);
  return {
    write: (line) => {
      destination.write(line);
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(flush);
    },
  };
}
