const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** A Prometheus duration divided by a factor, in milliseconds: `5m` and 60 give `5000ms`. */
export function shorter(duration: string, factor: number): string {
  const [, amount, unit = 's'] = /^(\d+)(ms|[smhd])$/.exec(duration) ?? [];
  if (amount === undefined) throw new Error(`${duration} is not a duration of one unit.`);
  return `${Math.round((1000 * Number(amount) * SECONDS[unit]!) / factor)}ms`;
}

/** The expression with its windows and offsets divided. Names that end with a window stay as they are. */
export function shorterWindows(expr: string, factor: number): string {
  return expr
    .replaceAll(/\[(\d+[smhd])\]/g, (_, window: string) => `[${shorter(window, factor)}]`)
    .replaceAll(/offset (\d+[smhd])/g, (_, offset: string) => `offset ${shorter(offset, factor)}`);
}
