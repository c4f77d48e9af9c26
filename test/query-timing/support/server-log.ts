import { readFileSync } from 'node:fs';

/** Server settings under which {@link ServerLog} works. */
export const LOGGING_SETTINGS = { log_line_prefix: '@%u@%e@ ', log_destination: 'stderr', lc_messages: 'C' } as const;

/** What the server has logged about failures, which it does before it responds to the client. */
export class ServerLog {
  private offset: number;

  constructor(private readonly path: string) {
    this.offset = readFileSync(path).length;
  }

  /** The SQLSTATEs of the statements of a role that failed since the last call. */
  failuresOf(role: string): string[] {
    const log = readFileSync(this.path);
    const lines = log.subarray(this.offset).toString().split('\n');
    this.offset = log.length;
    return lines.flatMap((line) => {
      const [, user, sqlState] = /^@(.*?)@(\w{5})@ (?:ERROR|FATAL):/.exec(line) ?? [];
      return user === role ? [sqlState!] : [];
    });
  }
}
