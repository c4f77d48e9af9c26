import { MAX_FINGERPRINT_INPUT } from '../sql/fingerprint';

/** Replaces a part of normalised statements that differs between uses, such as the date in the name of a partition. */
export interface StatementRule {
  /** All its matches are replaced, with the flag `g` or without. */
  readonly pattern: RegExp;
  /** As in `String.replace`: `$1` is the first group of the pattern. */
  readonly replacement: string;
}

/** Applies the rules in their order to a normalised statement; the result has at most 8,192 characters. */
export function applierOf(rules: readonly StatementRule[]): (statement: string) => string {
  const all = rules.map(({ pattern, replacement }) => {
    return { pattern: new RegExp(pattern.source, [...new Set(`${pattern.flags}g`)].join('')), replacement };
  });
  return (statement) =>
    all.reduce(
      (text, { pattern, replacement }) => text.replace(pattern, replacement).slice(0, MAX_FINGERPRINT_INPUT),
      statement,
    );
}
