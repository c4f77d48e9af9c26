/** Size of a page of the write-ahead log, and of the header that each begins with. */
const PAGE = 8_192n;
const HEADER = 24n;

/**
 * A position in the write-ahead log, as PostgreSQL prints it (`16/B374D848`), as a number that can be compared. What is
 * inserted next into an empty page comes after its header, and what was replayed last ends before it: both are one position.
 */
export function logPosition(text: string): bigint {
  const [high, low] = text.split('/') as [string, string];
  const position = (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
  return position % PAGE === HEADER ? position - HEADER : position;
}
