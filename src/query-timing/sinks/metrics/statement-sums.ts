import {
  OTHER_STATEMENTS,
  type StatementLabels,
  type StatementOrigin,
  type StatementTotals,
  type TopStatements,
} from './top-statements';

const OTHER = 0;

/**
 * Adds up the statements of several DataSources. A statement that has a series keeps it, and one that has been counted as
 * `other` for a DataSource remains so: whatever DataSources come and go, no series disappears and no sum decreases.
 */
export class StatementSums {
  private readonly labels: StatementLabels[] = [{ fingerprint: OTHER_STATEMENTS, statement: OTHER_STATEMENTS }];
  /** By slot. */
  private readonly origins: (StatementOrigin | undefined)[] = [];
  private readonly slots = new Map<string, number>();
  /** Where the counts of a DataSource's statements are added. */
  private readonly slotsOf = new WeakMap<TopStatements, Map<string, number>>();
  private readonly retiredCalls: number[] = [0];
  private readonly retiredSeconds: number[] = [0];
  private maxTracked = 0;

  /** @returns the sums of the retired and of these */
  total(tops: Iterable<TopStatements>): readonly StatementTotals[] {
    const calls = [...this.retiredCalls];
    const seconds = [...this.retiredSeconds];
    for (const top of tops) this.addTo(calls, seconds, top);
    return this.labels.map((labels, slot) => {
      const figures = { calls: calls[slot] ?? 0, seconds: seconds[slot] ?? 0 };
      return { ...labels, ...figures, origin: this.origins[slot] };
    });
  }

  /** Keeps the counts; the caller clears them. */
  retire(top: TopStatements): void {
    this.addTo(this.retiredCalls, this.retiredSeconds, top);
  }

  clear(): void {
    this.retiredCalls.fill(0);
    this.retiredSeconds.fill(0);
  }

  private addTo(calls: number[], seconds: number[], top: TopStatements): void {
    this.maxTracked = Math.max(this.maxTracked, top.maxTracked);
    let slots = this.slotsOf.get(top);
    if (slots === undefined) this.slotsOf.set(top, (slots = new Map([[OTHER_STATEMENTS, OTHER]])));
    for (const totals of top.totals) {
      let slot = slots.get(totals.fingerprint);
      if (slot === undefined) slots.set(totals.fingerprint, (slot = this.slotFor(totals)));
      calls[slot] = (calls[slot] ?? 0) + totals.calls;
      seconds[slot] = (seconds[slot] ?? 0) + totals.seconds;
      if (slot !== OTHER) this.origins[slot] ??= totals.origin;
    }
  }

  private slotFor({ fingerprint, statement }: StatementLabels): number {
    const known = this.slots.get(fingerprint);
    if (known !== undefined) return known;
    if (this.labels.length > this.maxTracked) return OTHER;
    const slot = this.labels.push({ fingerprint, statement }) - 1;
    this.slots.set(fingerprint, slot);
    return slot;
  }
}

/** Adds up lists that may have statements in common. */
export function mergeTotals(lists: readonly (readonly StatementTotals[])[]): readonly StatementTotals[] {
  if (lists.length === 1) return lists[0]!;
  const sums = new Map<string, StatementTotals>();
  for (const totals of lists.flat()) {
    const { calls = 0, seconds = 0, origin = totals.origin } = sums.get(totals.fingerprint) ?? {};
    sums.set(totals.fingerprint, { ...totals, calls: totals.calls + calls, seconds: totals.seconds + seconds, origin });
  }
  return [...sums.values()];
}
