/** The statements that count towards `--queries`. */
export const DATA_TYPES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
/** What else is shown, as the service calls it. */
export const OTHER_TYPES = ['BEGIN', 'COMMIT', 'ROLLBACK', 'OTHER'] as const;
export const STATEMENT_TYPES = [...DATA_TYPES, ...OTHER_TYPES] as const;

export type StatementType = (typeof STATEMENT_TYPES)[number];
export type Counts = Readonly<Record<StatementType, number>>;

export const countsBy = (count: (type: StatementType) => number): Counts =>
  Object.fromEntries(STATEMENT_TYPES.map((type) => [type, count(type)])) as Counts;

export const minus = (after: Counts, before: Counts): Counts => countsBy((type) => after[type] - before[type]);

/** Of those that count. */
export const sumOfData = (counts: Counts): number => DATA_TYPES.reduce((sum, type) => sum + counts[type], 0);

/**
 * The type of a statement as `pg_stat_statements` shows it. Written anew, without a look at how the service does it: two
 * that count alike because they share a mistake would agree as well.
 */
export function typeOf(text: string): StatementType {
  const bare = withoutQuotesAndComments(text).trim().toUpperCase();
  const [first = ''] = /^[A-Z]+/.exec(bare.replace(/^[\s(]+/, '')) ?? [];
  if (first === 'START') return 'BEGIN';
  if (first === 'END') return 'COMMIT';
  const verb = first === 'WITH' ? mainVerb(bare) : first;
  return (STATEMENT_TYPES as readonly string[]).includes(verb) ? (verb as StatementType) : 'OTHER';
}

function withoutQuotesAndComments(text: string): string {
  return text
    .replace(/\/\*[^]*?\*\//g, ' ')
    .replace(/--[^\n]*/g, ' ')
    .replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, 'quoted');
}

/** Of `WITH …`: the first verb outside all parentheses. */
function mainVerb(text: string): string {
  let outside = text;
  for (let shorter = ''; shorter !== outside;) {
    shorter = outside;
    outside = outside.replace(/\([^()]*\)/g, ' ');
  }
  return /\b(?:SELECT|INSERT|UPDATE|DELETE|MERGE)\b(?!\s+AS\b)/.exec(outside)?.[0] ?? 'OTHER';
}
