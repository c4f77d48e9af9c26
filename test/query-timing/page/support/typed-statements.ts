/** A part of everything that a user typed. */
export const SECRET = 'zzsecretzz';

/** A generator of pseudo-random numbers, so that a failure can be repeated. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NOISE = [
  '',
  '<script>alert(1)</script>',
  '</script>',
  '<!--',
  "''",
  '"',
  '\u2028',
  '\u2029',
  '\\',
  '%',
  '\u0000',
  '🍵',
  '{{',
  '$1',
];
/** Tables, of which some are not what they look like. */
const NAMES = ['teas', '"Teas"', 'public.teas', 'teas_2026', '"</script>"', '"a""b"'];

/** What a user typed, in each place where a statement can have it. */
export function statements(
  below: (limit: number) => number,
  names: readonly string[] = NAMES,
): () => readonly [string, unknown[]] {
  const one = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const text = () => `${one(NOISE)}${SECRET}${one(NOISE)}`;
  const quoted = () => `'${text().replaceAll(/'|\\/g, (c) => c + c)}'`;
  const literal = () =>
    one([
      quoted,
      () => `E'${text().replaceAll(/'|\\/g, (c) => `\\${c}`)}'`,
      () => `$tag$${text()}$tag$`,
      () => `ARRAY[${quoted()}, ${quoted()}]`,
      () => `(${quoted()}::jsonb)`,
      () => `/* ${SECRET} */ 1`,
    ])();
  const shapes = [
    () => `SELECT * FROM ${one(names)} WHERE a = ${literal()} AND b = $1`,
    () => `SELECT * FROM ${one(names)} WHERE a IN (${literal()}, ${literal()}) LIMIT ${below(100)} -- ${SECRET}`,
    () => `INSERT INTO ${one(names)} VALUES (${literal()}, ${literal()}, $1)`,
    () => `UPDATE ${one(names)} SET a = ${literal()} WHERE b LIKE ${quoted()}`,
    () => `DELETE FROM ${one(names)} WHERE a = ${literal()} OR a = ${literal()}`,
    () => `SELECT set_config('app.user', ${quoted()}, true)`,
    () => `SELECT a FROM ${one(names)} WHERE a = $1`,
  ];
  return () => [one(shapes)(), [text()]];
}
