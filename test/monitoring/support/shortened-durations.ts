const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** A Prometheus duration divided by a factor, in milliseconds: `5m` and 60 give `5000ms`. */
export function shortenDuration(duration: string, factor: number): string {
  const [, amount, unit = 's'] = /^(\d+)(ms|[smhd])$/.exec(duration) ?? [];
  if (amount === undefined) throw new Error(`Expected a duration with one unit, such as 5m: ${duration}`);
  return `${Math.round((1000 * Number(amount) * SECONDS[unit]!) / factor)}ms`;
}

/** Divides the windows and offsets of an expression. Metric names that end with a window do not change. */
export function shortenWindows(expr: string, factor: number): string {
  return expr
    .replaceAll(/\[(\d+[smhd])\]/g, (_, window: string) => `[${shortenDuration(window, factor)}]`)
    .replaceAll(/offset (\d+[smhd])/g, (_, offset: string) => `offset ${shortenDuration(offset, factor)}`);
}
