import { monotonicNow } from '../globals';
import { errorOrigin } from './error-origin';

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
  'scopes',
  'explain',
  'context',
  'patterns',
] as const;

export type InternalPart = (typeof INTERNAL_PARTS)[number];

const MINUTE = 60_000;

/**
 * Counts the library's internal errors, and logs one per part and minute with its class and where it was thrown. Its
 * message is not logged: that of a driver may contain values.
 */
export class InternalFaults {
  readonly counts = new Float64Array(INTERNAL_PARTS.length);
  private readonly unlogged = new Float64Array(INTERNAL_PARTS.length);
  private readonly quietUntil = new Float64Array(INTERNAL_PARTS.length).fill(-Infinity);

  /** @param log must not throw */
  constructor(
    private readonly log: (message: string, fields: object) => void = () => undefined,
    private readonly now: () => number = monotonicNow,
  ) {}

  add(part: InternalPart, error?: unknown): void {
    const index = INTERNAL_PARTS.indexOf(part);
    this.counts[index]! += 1;
    this.unlogged[index]! += 1;
    const now = this.now();
    if (now < this.quietUntil[index]!) return;
    this.quietUntil[index] = now + MINUTE;
    const errors = this.unlogged[index]!;
    this.unlogged[index] = 0;
    const message = `Internal error of the query timing (${part}). No query is affected.`;
    this.log(message, { part, errors, ...errorOrigin(error) });
  }

  switchedOff(part: InternalPart, errors: number, name: string | undefined): void {
    const message = `Query timing: ${described(part, name)} failed ${errors} times in a row and is off for a minute.`;
    this.log(message, { part, state: 'off', ...(name !== undefined && { name }) });
  }

  /** @param skipped calls while it was off */
  switchedOn(part: InternalPart, skipped: number, name: string | undefined): void {
    const message = `Query timing: ${described(part, name)} is on again; ${skipped} calls were skipped.`;
    this.log(message, { part, state: 'on', skipped, ...(name !== undefined && { name }) });
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}

function described(part: InternalPart, name: string | undefined): string {
  return name === undefined ? part : `${part} ${name}`;
}
