import type { SqlDialect } from './dialect';
import { SqlLexer, Token } from './lexer';

/** How a transaction ended. */
export type TransactionOutcome = 'commit' | 'rollback';

/** What a statement does to the transaction of its connection, as far as its text says. */
export interface TransactionEffect {
  /** How it ends the transaction that is open. */
  readonly ends: TransactionOutcome | undefined;
  /**
   * True if a transaction is open afterwards that this statement has begun; `unknown` if only the server knows, as after
   * a procedure.
   */
  readonly begins: boolean | 'unknown';
  /** The transaction ends before the statement runs, as with MySQL's second BEGIN. */
  readonly endsFirst?: true;
  /** The statement is no COMMIT, but MySQL commits before it runs, even if it fails then. */
  readonly implicit?: true;
  /** A whole transaction is in the text, from BEGIN to its end, which is {@link ends}. */
  readonly whole?: true;
  /** How further whole transactions in the text ended, all before that one. */
  readonly wholeBefore?: readonly TransactionOutcome[];
  /** How the text ends the transaction that was open before the whole one. */
  readonly endsBefore?: TransactionOutcome;
}

export const NO_EFFECT: TransactionEffect = { ends: undefined, begins: false };
const BEGIN: TransactionEffect = { ends: undefined, begins: true };
const COMMIT: TransactionEffect = { ends: 'commit', begins: false };
const ROLLBACK: TransactionEffect = { ends: 'rollback', begins: false };
const COMMIT_AND_CHAIN: TransactionEffect = { ends: 'commit', begins: true };
const ROLLBACK_AND_CHAIN: TransactionEffect = { ends: 'rollback', begins: true };
/** In MySQL a BEGIN ends the transaction that is open; PostgreSQL warns. */
const COMMIT_AND_BEGIN: TransactionEffect = { ends: 'commit', begins: true, endsFirst: true };
/** SQLite refuses a second BEGIN. After one that succeeds, the transaction before it has been rolled back unnoticed. */
const ROLLBACK_AND_BEGIN: TransactionEffect = { ends: 'rollback', begins: true, endsFirst: true };
const IMPLICIT_COMMIT: TransactionEffect = { ends: 'commit', begins: false, implicit: true };
export const UNKNOWN_BEGIN: TransactionEffect = { ends: undefined, begins: 'unknown' };

/** SQLite's conflict clause, which rolls the transaction back when the statement fails. */
const OR_ROLLBACK = /\bor\s+rollback\b/i;

/** The databases whose transactions are statements. */
export type TransactionLanguage = 'postgres' | 'mysql' | 'sqlite';

/** Words of MySQL that commit whatever follows. */
const IMPLICIT_COMMITS = new Set(['alter', 'truncate', 'rename', 'grant', 'revoke']);
/** The same before the word TABLE, where they return rows, so that the driver does not say that they have committed. */
const TABLE_MAINTENANCE = new Set(['analyze', 'check', 'optimize', 'repair']);
const MAINTENANCE_OPTIONS = new Set(['local', 'no_write_to_binlog']);

/** The effects of statements in one database's language. Comments, case and white space are ignored. */
export class TransactionEffects {
  constructor(
    private readonly language: TransactionLanguage,
    private readonly dialect: SqlDialect,
  ) {}

  /** The effect of a text with one statement; of its first one if there are several. */
  of(sql: string): TransactionEffect {
    // The statements of TypeORM itself.
    if (sql === 'COMMIT') return COMMIT;
    if (sql === 'ROLLBACK') return ROLLBACK;
    if (sql === 'START TRANSACTION') return this.begin();
    return this.read(new Words(sql, this.dialect));
  }

  /** The effect of all statements of a text together. */
  ofAll(sql: string): TransactionEffect {
    const words = new Words(sql, this.dialect);
    const effects: TransactionEffect[] = [];
    do effects.push(this.read(words));
    while (words.toNextStatement());
    return together(effects);
  }

  /** Whether a text begins with a statement that begins a transaction, and has more statements. */
  beginsAndGoesOn(sql: string): boolean {
    if (!sql.includes(';')) return false;
    const words = new Words(sql, this.dialect);
    return this.read(words).begins === true && words.toNextStatement() && words.verb() !== '';
  }

  /** Whether a statement that violates a constraint takes the transaction along. */
  rollsBackOnConflict(sql: string): boolean {
    return this.language === 'sqlite' && OR_ROLLBACK.test(sql);
  }

  private begin(): TransactionEffect {
    if (this.language === 'postgres') return BEGIN;
    return this.language === 'mysql' ? COMMIT_AND_BEGIN : ROLLBACK_AND_BEGIN;
  }

  private read(words: Words): TransactionEffect {
    const verb = words.verb();
    switch (verb) {
      case 'begin':
        // MariaDB: a block of statements.
        return words.next() === 'not' ? NO_EFFECT : this.begin();
      case 'start':
        return words.next() === 'transaction' ? this.begin() : NO_EFFECT;
      case 'commit':
        return this.end(words, COMMIT, COMMIT_AND_CHAIN);
      case 'rollback':
        return this.end(words, ROLLBACK, ROLLBACK_AND_CHAIN);
    }
    if (this.language === 'mysql') return inMySql(verb, words);
    switch (verb) {
      case 'end':
        return this.end(words, COMMIT, COMMIT_AND_CHAIN);
      case 'abort':
        return this.end(words, ROLLBACK, ROLLBACK_AND_CHAIN);
      case 'prepare':
        return this.language === 'postgres' && words.next() === 'transaction' ? COMMIT : NO_EFFECT;
      case 'savepoint':
        // SQLite: outside a transaction it begins one.
        return this.language === 'sqlite' ? UNKNOWN_BEGIN : NO_EFFECT;
      default:
        return NO_EFFECT;
    }
  }

  /** The rest of a COMMIT or ROLLBACK: `WORK`, `TO SAVEPOINT s`, `AND NO CHAIN`, `RELEASE`, `PREPARED 'id'`. */
  private end(words: Words, plain: TransactionEffect, chained: TransactionEffect): TransactionEffect {
    let word = words.next();
    if (word === 'work' || word === 'transaction') word = words.next();
    if (word === 'to' || word === 'prepared') return NO_EFFECT;
    return word === 'and' && words.next() === 'chain' ? chained : plain;
  }
}

function inMySql(verb: string, words: Words): TransactionEffect {
  if (IMPLICIT_COMMITS.has(verb)) return IMPLICIT_COMMIT;
  let word = words.next();
  switch (verb) {
    case 'create':
    case 'drop':
      if (word === 'or' && words.next() === 'replace') word = words.next();
      return word === 'temporary' ? NO_EFFECT : IMPLICIT_COMMIT;
    case 'lock':
      return word === 'tables' || word === 'table' ? IMPLICIT_COMMIT : NO_EFFECT;
    case 'call':
    case 'execute':
      return UNKNOWN_BEGIN;
    case 'xa':
      if (word === 'start' || word === 'begin') return BEGIN;
      if (word === 'commit') return COMMIT;
      return word === 'rollback' ? ROLLBACK : NO_EFFECT;
  }
  if (!TABLE_MAINTENANCE.has(verb)) return NO_EFFECT;
  while (MAINTENANCE_OPTIONS.has(word)) word = words.next();
  return word === 'table' || word === 'tables' ? IMPLICIT_COMMIT : NO_EFFECT;
}

/** The effect of several statements, one after the other. */
export function together(effects: readonly TransactionEffect[]): TransactionEffect {
  let all = NO_EFFECT;
  for (const effect of effects) {
    const { begins } = effect;
    // After an end and before a beginning there is nothing to end.
    const ends = all.ends !== undefined && all.begins === false ? undefined : effect.ends;
    if (ends === undefined && begins !== true) continue;
    const isWhole = ends !== undefined && all.begins === true;
    const endsBefore = all.whole ? all.endsBefore : isWhole ? all.ends : undefined;
    const { wholeBefore = [] } = all;
    const wholes = isWhole && all.whole ? [...wholeBefore, all.ends!] : wholeBefore;
    all = {
      ends: ends ?? all.ends,
      begins,
      ...((all.whole || isWhole) && { whole: true }),
      ...(endsBefore && { endsBefore }),
      ...(wholes.length > 0 && { wholeBefore: wholes }),
    };
  }
  return all;
}

/** How the transactions that end in a text ended, in order. @param isOpen one is open in front of it */
export function outcomesOf(
  { ends, endsBefore, wholeBefore = [] }: TransactionEffect,
  isOpen: boolean,
): readonly TransactionOutcome[] {
  const before = isOpen && endsBefore !== undefined ? [endsBefore] : [];
  return ends === undefined ? [] : [...before, ...wholeBefore, ends];
}

/** The effect of several statements by the commands that PostgreSQL reports; undefined if the results have none. */
export function effectOfCommands(results: readonly unknown[]): TransactionEffect | undefined {
  const commands = results.map((result) => (result as { command?: unknown } | null | undefined)?.command);
  if (!commands.some((command) => typeof command === 'string')) return undefined;
  return together(
    commands.map((command) => {
      if (command === 'BEGIN' || command === 'START') return BEGIN;
      if (command === 'COMMIT') return COMMIT;
      // That of ROLLBACK TO SAVEPOINT, too: the status of the connection distinguishes them.
      return command === 'ROLLBACK' ? ROLLBACK : NO_EFFECT;
    }),
  );
}

/** Reads statements word by word. */
class Words {
  private readonly lexer: SqlLexer;
  private token = Token.Punctuation;
  private statementEnded = false;

  constructor(
    private readonly sql: string,
    dialect: SqlDialect,
  ) {
    this.lexer = new SqlLexer(sql, dialect);
  }

  /** The first word of a statement, in lower case; parentheses and empty statements before it are ignored. */
  verb(): string {
    do this.token = this.lexer.next();
    while (this.isAt(';') || this.isAt('('));
    this.statementEnded = this.token === Token.End;
    return this.word();
  }

  /** The next word in lower case; an empty text if something else comes next, or the end of the statement. */
  next(): string {
    if (this.statementEnded) return '';
    this.token = this.lexer.next();
    this.statementEnded = this.token === Token.End || this.isAt(';');
    return this.word();
  }

  /** @returns false at the end of the text */
  toNextStatement(): boolean {
    while (!this.statementEnded) this.next();
    this.statementEnded = false;
    return this.token !== Token.End;
  }

  private word(): string {
    return this.token === Token.Word ? this.sql.slice(this.lexer.start, this.lexer.end).toLowerCase() : '';
  }

  private isAt(character: string): boolean {
    return this.token === Token.Punctuation && this.sql[this.lexer.start] === character;
  }
}
