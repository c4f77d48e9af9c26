/** How a series behaves until the next phase. Minutes count from the start of the test. */
export interface Phase {
  readonly from: number;
  /** The growth of a counter per minute, or the value of a gauge; `gone`: the target no longer exports the series. */
  readonly value: number | 'gone';
  /** The process restarts: a counter begins at 0. */
  readonly restarts?: boolean;
}

export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** Removes rounding errors of sums of fractions. */
const exact = (value: number): string => String(Number(value.toPrecision(12)));

/**
 * promtool sums fractions itself, and its sum may be a little higher than ours. Without this margin the counter would seem
 * to have been reset.
 */
const notLess = (total: number): number => (Number.isInteger(total) ? total : total * (1 + 1e-9));

/** The values of a counter, one per minute, in promtool's notation. */
export function counterValues(phases: readonly Phase[], minutes: number): string {
  const parts: string[] = [];
  let total = 0;
  eachPhase(phases, minutes, ({ value, restarts }, samples, isFirst) => {
    if (value === 'gone') return parts.push(...gone(samples));
    // A counter starts at 0. At the first sample of a later phase it has already grown for a minute.
    const start = isFirst || restarts ? 0 : notLess(total + value);
    total = start + value * (samples - 1);
    return parts.push(samples === 1 ? exact(start) : `${exact(start)}+${exact(value)}x${samples - 1}`);
  });
  return parts.join(' ');
}

/** The values of a gauge, one per minute, in promtool's notation. */
export function gaugeValues(phases: readonly Phase[], minutes: number): string {
  const parts: string[] = [];
  eachPhase(phases, minutes, ({ value }, samples) =>
    parts.push(
      ...(value === 'gone' ? gone(samples) : [samples === 1 ? exact(value) : `${exact(value)}x${samples - 1}`]),
    ),
  );
  return parts.join(' ');
}

function eachPhase(
  phases: readonly Phase[],
  minutes: number,
  visit: (phase: Phase, samples: number, isFirst: boolean) => unknown,
): void {
  // The series does not exist before its first phase.
  const all = phases[0]!.from > 0 ? [{ from: 0, value: 'gone' } as const, ...phases] : phases;
  all.forEach((phase, index) => {
    const samples = (all[index + 1]?.from ?? minutes + 1) - phase.from;
    const isFirst = all.slice(0, index).every(({ value }) => value === 'gone');
    if (samples > 0) visit(phase, samples, isFirst);
  });
}

/** Prometheus writes one stale marker when a series ends, and nothing after it. */
const gone = (samples: number): string[] => ['stale', ...(samples > 1 ? [`_x${samples - 1}`] : [])];
