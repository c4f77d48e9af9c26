/** What happens to the service and to its PostgreSQL at a moment. */
export interface Conditions {
  /** Of the usual number of requests. */
  readonly load: number;
  /** The share of the SELECT statements that take long, as with a bad plan. */
  readonly slow: number;
  /** Sessions that wait for the lock of another one. */
  readonly blocked: number;
  /** For how long that one has been open, in seconds. */
  readonly blockedFor: number;
  /** PostgreSQL does not run. */
  readonly isDown: boolean;
}

export interface Scenario {
  /** Also the namespace of its metrics, so that one Prometheus has all of them. */
  readonly name: 'quiet' | 'slow' | 'outage';
  /** @param minute of the hour that the dashboard shows; a negative one is before it */
  readonly at: (minute: number) => Conditions;
}

/** Nothing in particular: the load changes a little. */
const usual = (minute: number): Conditions => ({
  load: 1 + 0.12 * Math.sin(minute / 9) + 0.05 * Math.sin(minute / 2.3),
  slow: 0.004,
  blocked: 0,
  blockedFor: 0,
  isDown: false,
});

export const scenarios: readonly Scenario[] = [
  { name: 'quiet', at: usual },
  {
    // Statistics are stale after an import: a plan becomes bad, and a job holds its locks for longer.
    name: 'slow',
    at: (minute) => {
      const much = Math.max(0, Math.min(1, (minute - 25) / 6));
      return {
        ...usual(minute),
        slow: 0.004 + 0.24 * much,
        blocked: Math.round(5 * much),
        blockedFor: much > 0 ? (minute - 25) * 20 : 0,
      };
    },
  },
  {
    name: 'outage',
    at: (minute) => ({ ...usual(minute), isDown: minute >= 46 }),
  },
];
