/** A copy that keeps nothing else in memory: a slice would keep the text that it was cut from. */
export function flatCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** At most `length` characters of a text, in a copy; a shortened text ends in `…`. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : flatCopy(`${text.slice(0, length - 1)}…`);
}

/** The text as UTF-8 has it: half of a surrogate pair becomes U+FFFD. */
export function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
