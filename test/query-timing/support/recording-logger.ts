export interface LogEntry {
  readonly level: 'warn' | 'debug';
  readonly [field: string]: unknown;
}

/** A logger that keeps its entries. */
export function recordingLogger() {
  const entries: LogEntry[] = [];
  return {
    entries,
    warn: (entry: object) => void entries.push({ level: 'warn', ...entry }),
    debug: (entry: object) => void entries.push({ level: 'debug', ...entry }),
    ofOperation: (operation: string) => entries.filter((entry) => entry['operation'] === operation),
  };
}
