import { Clock } from '../../src/application/shared/clock';
import { IdGenerator } from '../../src/application/shared/id-generator';
import { Idempotency } from '../../src/application/shared/idempotency';

/** Only advances when the test advances it. */
export class FakeClock extends Clock {
  constructor(private time = new Date('2026-01-02T03:04:05.678Z')) {
    super();
  }

  now(): Date {
    return this.time;
  }

  advance(milliseconds: number): void {
    this.time = new Date(this.time.getTime() + milliseconds);
  }
}

/** Consecutive UUIDs: the first ends in 1. */
export class CountingIds extends IdGenerator {
  private last = 0;

  next(): string {
    this.last += 1;
    return `00000000-0000-7000-8000-${String(this.last).padStart(12, '0')}`;
  }
}

/** With its own clock, and its own ids unless the test passes them. */
export const anIdempotency = (ids: IdGenerator = new CountingIds()): Idempotency =>
  new Idempotency(ids, new FakeClock(), { milliseconds: 60_000 });
