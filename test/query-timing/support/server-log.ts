import type { Client } from 'pg';

export interface LoggedError {
  readonly severity: string;
  readonly sqlState: string;
}

/** Server settings under which {@link ServerLog} works. */
export const LOGGING_SETTINGS = {
  logging_collector: 'on',
  log_destination: 'csvlog',
  log_rotation_size: '0',
  log_min_messages: 'error',
} as const;

const USER = 1;
const SEVERITY = 11;
const SQL_STATE = 12;
const MESSAGE = 13;

/** What the server itself has written down about failures, as the superuser reads it. */
export class ServerLog {
  private offset = 0;
  private rest = '';
  private marks = 0;

  constructor(private readonly admin: Client) {}

  /** The errors of a role since the last call. */
  async errorsOf(role: string): Promise<LoggedError[]> {
    const mark = `mark ${++this.marks}`;
    // The server writes its lines in the order in which they were sent, so behind the mark nothing is missing.
    await this.admin.query(`DO $$ BEGIN RAISE EXCEPTION '${mark}'; END $$`).catch(() => undefined);
    for (;;) {
      this.rest += await this.readMore();
      const records = recordsOf(this.rest);
      const end = records.findIndex((record) => record[MESSAGE] === mark);
      if (end < 0) continue;
      this.rest = '';
      return records
        .slice(0, end)
        .filter((record) => record[USER] === role)
        .map((record) => ({ severity: record[SEVERITY]!, sqlState: record[SQL_STATE]! }));
    }
  }

  private async readMore(): Promise<string> {
    const { rows } = await this.admin.query<{ text: string }>(
      "SELECT pg_read_file(pg_current_logfile('csvlog'), $1, 10000000) AS text",
      [this.offset],
    );
    const { text } = rows[0]!;
    this.offset += Buffer.byteLength(text);
    return text;
  }
}

/** Records of comma-separated values, in which a quoted value may hold line breaks. */
function recordsOf(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const value = /(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n)/y;
  for (let match = value.exec(text); match; match = value.exec(text)) {
    record.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === '\n') {
      records.push(record);
      record = [];
    }
  }
  return records;
}
