/** How a series behaves until the next phase. */
export interface Phase {
  /** In minutes from the start of the test. */
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

/** The samples of a series, in promtool's notation. */
export interface Sampling {
  readonly minutes: number;
  readonly everySeconds: number;
}

/** The values of a counter. */
export function counterValues(phases: readonly Phase[], sampling: Sampling): string {
  const parts: string[] = [];
  let total = 0;
  eachPhase(phases, sampling, ({ value, restarts }, samples, isFirst) => {
    if (value === 'gone') return parts.push(...gone(samples));
    const growth = (value * sampling.everySeconds) / 60;
    // A counter starts at 0. At the first sample of a later phase it has already grown.
    const start = isFirst || restarts ? 0 : notLess(total + growth);
    total = start + growth * (samples - 1);
    return parts.push(samples === 1 ? exact(start) : `${exact(start)}+${exact(growth)}x${samples - 1}`);
  });
  return parts.join(' ');
}

/** The values of a gauge. */
export function gaugeValues(phases: readonly Phase[], sampling: Sampling): string {
  const parts: string[] = [];
  eachPhase(phases, sampling, ({ value }, samples) =>
    parts.push(
      ...(value === 'gone' ? gone(samples) : [samples === 1 ? exact(value) : `${exact(value)}x${samples - 1}`]),
    ),
  );
  return parts.join(' ');
}

function eachPhase(
  phases: readonly Phase[],
  { minutes, everySeconds }: Sampling,
  visit: (phase: Phase, samples: number, isFirst: boolean) => unknown,
): void {
  // The series does not exist before its first phase.
  const all = phases[0]!.from > 0 ? [{ from: 0, value: 'gone' } as const, ...phases] : phases;
  all.forEach((phase, index) => {
    const until = all[index + 1]?.from ?? minutes + everySeconds / 60;
    const samples = Math.round(((until - phase.from) * 60) / everySeconds);
    const isFirst = all.slice(0, index).every(({ value }) => value === 'gone');
    if (samples > 0) visit(phase, samples, isFirst);
  });
}

/** Prometheus writes one stale marker when a series ends, and nothing after it. */
const gone = (samples: number): string[] => ['stale', ...(samples > 1 ? [`_x${samples - 1}`] : [])];
