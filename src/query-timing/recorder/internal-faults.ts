/** Every value of the label `part`: the part of the library that failed. */
export const INTERNAL_PARTS = [
  'query_probe',
  'stream_probe',
  'pool_probe',
  'transaction_probe',
  'statistics',
  'metrics',
  'slow_query_log',
  'sink',
  'context',
] as const;

export type InternalPart = (typeof INTERNAL_PARTS)[number];

/** Counts the library's internal errors. It is the last resort, so it does nothing that could fail. */
export class InternalFaults {
  readonly counts = new Float64Array(INTERNAL_PARTS.length);

  add(part: InternalPart): void {
    this.counts[INTERNAL_PARTS.indexOf(part)]! += 1;
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}
