const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const twoDecimals = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Three significant digits: `<0.001`, `0.042`, `0.42`, `4.20`, `42.0`, `420`, `4,200`. */
export function figure(value: number): string {
  if (value === 0) return '0';
  if (value < 0.0005) return '<0.001';
  if (value < 0.095) return value.toFixed(3);
  if (value < 9.995) return twoDecimals.format(value);
  if (value < 99.95) return oneDecimal.format(value);
  return grouped.format(value);
}

export const count = (value: number): string => grouped.format(value);

export const percent = (value: number): string => `${figure(value)} %`;

/** With its unit: `420 ms`, `4.20 s`, `7.0 min`, `2.5 h`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${figure(ms)} ms`;
  if (ms < 120_000) return `${figure(ms / 1000)} s`;
  if (ms < 7_200_000) return `${oneDecimal.format(ms / 60_000)} min`;
  return `${oneDecimal.format(ms / 3_600_000)} h`;
}

/** `14:02:09` */
export const clock = (time: number): string => new Date(time).toLocaleTimeString('en-GB');
