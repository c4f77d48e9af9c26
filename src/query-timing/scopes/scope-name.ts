import { shortened, wellFormed } from '../sql/flat-copy';

const MAX_LENGTH = 100;
const UNNAMED = 'unnamed';
/** What could break a line of a log, or a label. */
const UNUSUAL = /[^\x20-\x7e]|^ | $| {2}/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g;

/** The name of a scope as it is printed: one line of at most 100 characters. */
export function scopeName(name: string): string {
  if (name.length <= MAX_LENGTH && name !== '' && !UNUSUAL.test(name)) return name;
  const cleaned = name
    .slice(0, 10 * MAX_LENGTH)
    .replace(CONTROL, ' ')
    .trim();
  // Half of a pair, from the caller or the cut, is printed as U+FFFD: the names would be different, and their series the same.
  return cleaned === '' ? UNNAMED : wellFormed(shortened(cleaned, MAX_LENGTH));
}
