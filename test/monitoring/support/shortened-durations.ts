const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

const DURATION = /^(?:\d+(?:ms|[smhd]))+$/;

/** A Prometheus duration divided by a factor, in milliseconds: `5m` and 60 give `5000ms`. */
export function shortenDuration(duration: string, factor: number): string {
  if (!DURATION.test(duration)) throw new Error(`Expected a duration, such as 5m or 1h30m: ${duration}`);
  let seconds = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+)(ms|[smhd])/g)) seconds += Number(amount) * SECONDS[unit!]!;
  return `${Math.round((1000 * seconds) / factor)}ms`;
}

/** Divides the windows and offsets of an expression. Metric names that end with a window do not change. */
export function shortenWindows(expr: string, factor: number): string {
  return expr
    .replaceAll(/(?<=\[)\w+(?:(?=\])|:\w+(?=\]))/g, (range) =>
      range
        .split(':')
        .map((duration) => shortenDuration(duration, factor))
        .join(':'),
    )
    .replaceAll(/offset ((?:\d+[smhd])+)/g, (_, offset: string) => `offset ${shortenDuration(offset, factor)}`);
}
