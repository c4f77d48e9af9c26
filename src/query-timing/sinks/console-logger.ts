import { isoTime, toJson } from '../globals';

/** Writes one JSON line per entry to the standard error, for applications without a logger. */
export const consoleLogger = {
  warn: (entry: object): void => write('warn', entry),
  info: (entry: object): void => write('info', entry),
  debug: (entry: object): void => write('debug', entry),
};

function write(level: string, entry: object): void {
  process.stderr.write(`${toJson({ level, time: isoTime(), ...entry })}\n`);
}
