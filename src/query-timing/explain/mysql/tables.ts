import { Token } from '../../sql/lexer';
import { isName, type SqlToken } from './tokens';

export interface TableName {
  /** Undefined for the current database. */
  readonly schema: string | undefined;
  readonly name: string;
}

const BEFORE = new Set(['from', 'join', 'update', 'into', 'straight_join']);
const NO_ALIAS = new Set(
  (
    'on where set using inner left right cross natural straight_join join order group having limit union for use force ' +
    'ignore values value select partition lock window except intersect as returning'
  ).split(' '),
);

/** The tables of a statement by the names that it gives them. */
export function tablesOf(tokens: readonly SqlToken[]): ReadonlyMap<string, TableName> {
  const tables = new Map<string, TableName>();
  for (let i = 0; i < tokens.length - 1; i++) {
    const { kind, text } = tokens[i]!;
    if (kind !== Token.Word || !BEFORE.has(text)) continue;
    for (let next: number | undefined = i + 1; next !== undefined;) next = tableAt(tokens, next, tables);
  }
  return tables;
}

/** @returns where the next one of a list is; undefined if there is none */
function tableAt(tokens: readonly SqlToken[], start: number, tables: Map<string, TableName>): number | undefined {
  const first = tokens[start];
  if (first === undefined || !isName(first)) return undefined;
  const isQualified = tokens[start + 1]?.text === '.' && tokens[start + 2] !== undefined;
  const named = isQualified ? tokens[start + 2]! : first;
  let i = start + (isQualified ? 3 : 1);
  if (tokens[i]?.text === '(' && !isQualified) return undefined;
  if (tokens[i]?.text === 'as' && tokens[i]?.kind === Token.Word) i++;
  const alias = tokens[i];
  const hasAlias = alias !== undefined && isName(alias) && !(alias.kind === Token.Word && NO_ALIAS.has(alias.text));
  const name = isQualified ? named.text : first.text;
  tables.set(hasAlias ? alias.text : name, { schema: isQualified ? first.text : undefined, name });
  const after = hasAlias ? i + 1 : i;
  return tokens[after]?.text === ',' ? after + 1 : undefined;
}
