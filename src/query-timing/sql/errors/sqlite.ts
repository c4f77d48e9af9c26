import type { ErrorClass } from './classes';

type Rules = readonly (readonly [RegExp, ErrorClass])[];

/** better-sqlite3 has extended codes, sqlite3 primary ones and a message, sql.js only a message. */
const byExtendedCode: Rules = [
  [/^SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY|ROWID)$/, 'unique'],
  [/^SQLITE_BUSY_SNAPSHOT$/, 'serialization'],
];

const byMessage: Rules = [
  [/\bUNIQUE constraint failed/, 'unique'],
  [/\b[A-Z]+ constraint failed/, 'constraint'],
  [/database (?:table |schema )?is locked/, 'lock_timeout'],
  [/^datatype mismatch|^string or blob too big/, 'data'],
  [/^interrupted$/, 'cancelled'],
  [/^not authorized|is prohibited$/, 'permission'],
  [/syntax error|^incomplete input|^unrecognized token/, 'syntax'],
  [/^no such (?!savepoint)/, 'syntax'],
  [/^ambiguous column name|^duplicate column name|^(?:table|index|view|trigger) .* already exists/, 'syntax'],
  [/^there is already (?:a table|an index|another table)/, 'syntax'],
  [/^misuse of |^wrong number of arguments|values? for \d+ columns?$|has \d+ columns? but \d+ values?/, 'syntax'],
  [/do not have the same number of result columns$|^sub-select returns/, 'syntax'],
];

const byPrimaryCode: Rules = [
  [/^SQLITE_CONSTRAINT/, 'constraint'],
  [/^SQLITE_(?:BUSY|LOCKED)/, 'lock_timeout'],
  [/^SQLITE_(?:MISMATCH|TOOBIG)/, 'data'],
  [/^SQLITE_INTERRUPT/, 'cancelled'],
  [/^SQLITE_(?:AUTH|PERM)/, 'permission'],
];

/** sqlite3 puts its code in front of the message. */
const CODE_IN_FRONT = /^SQLITE_[A-Z_]+: /;

/** Undefined for an error that is not known to be SQLite's. */
export function sqliteClass(code: string, message: string): ErrorClass | undefined {
  const text = message.replace(CODE_IN_FRONT, '');
  return first(byExtendedCode, code) ?? first(byMessage, text) ?? first(byPrimaryCode, code);
}

function first(rules: Rules, text: string): ErrorClass | undefined {
  return rules.find(([pattern]) => pattern.test(text))?.[1];
}
