/** What a series does from one moment on, until the next phase. Minutes count from the start of the test. */
export interface Phase {
  readonly from: number;
  /** A counter's growth a minute, or a gauge's value; `gone`: the target no longer has the series. */
  readonly value: number | 'gone';
  /** The process was started anew: a counter begins at 0 again. */
  readonly restarts?: boolean;
}

export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** Rounds away what adding fractions leaves behind. */
const exact = (value: number): string => String(Number(value.toPrecision(12)));

/**
 * promtool adds fractions up itself, and may arrive a little higher: without a little more, the counter would seem to have
 * been reset.
 */
const notLess = (total: number): number => (Number.isInteger(total) ? total : total * (1 + 1e-9));

/** The values of a counter, one a minute, in promtool's notation. */
export function counterValues(phases: readonly Phase[], minutes: number): string {
  const parts: string[] = [];
  let total = 0;
  eachPhase(phases, minutes, ({ value, restarts }, samples, isFirst) => {
    if (value === 'gone') return parts.push(...gone(samples));
    // A counter is 0 when its process starts, and has grown for a minute at the first sample of a later phase.
    const start = isFirst || restarts ? 0 : notLess(total + value);
    total = start + value * (samples - 1);
    return parts.push(samples === 1 ? exact(start) : `${exact(start)}+${exact(value)}x${samples - 1}`);
  });
  return parts.join(' ');
}

/** The values of a gauge, one a minute, in promtool's notation. */
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
  // Before its first phase the series is not there.
  const all = phases[0]!.from > 0 ? [{ from: 0, value: 'gone' } as const, ...phases] : phases;
  all.forEach((phase, index) => {
    const samples = (all[index + 1]?.from ?? minutes + 1) - phase.from;
    const isFirst = all.slice(0, index).every(({ value }) => value === 'gone');
    if (samples > 0) visit(phase, samples, isFirst);
  });
}

/** A target that stops to have a series is marked once; then there is nothing. */
const gone = (samples: number): string[] => ['stale', ...(samples > 1 ? [`_x${samples - 1}`] : [])];
