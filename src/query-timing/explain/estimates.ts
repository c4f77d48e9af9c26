/**
 * Two digits: an estimate is not more accurate, and the number of a `LIMIT`, which the planner takes for its estimate, is
 * not repeated.
 */
export function rounded(estimate: number): number {
  if (!(estimate > 0)) return 0;
  const digits = 10 ** (Math.floor(Math.log10(estimate)) - 1);
  return digits >= 1 ? Math.round(estimate / digits) * digits : Math.round(estimate * 10) / 10;
}

const SCALES = [
  [1e9, ' billion'],
  [1e6, ' million'],
] as const;

/** Such as `~1,200 rows`, `~3.4 million rows`, `~1 row`. */
export function rowsText(estimate: number): string {
  const rows = Math.max(1, Math.round(rounded(estimate)));
  const scale = SCALES.find(([size]) => rows >= size);
  const number = scale ? `${rounded(rows / scale[0])}${scale[1]}` : rows.toLocaleString('en-US');
  return `~${number} ${rows === 1 ? 'row' : 'rows'}`;
}

/** Such as `12 MB`. */
export function bytesText(bytes: number): string {
  return bytes >= 1e6 ? `${rounded(bytes / 1e6)} MB` : `${Math.max(1, Math.round(rounded(bytes / 1000)))} kB`;
}
