import { STATEMENT_TYPES, type StatementType } from '../../tools/demo/statement-counts';

/**
 * The type of a statement as `pg_stat_statements` shows it. Independent of the library's own code: with a shared
 * mistake, both counts would be wrong and still agree.
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
