const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Which words of a command stay; all others are names that the application makes up, one per use. */
export interface CommandWords {
  readonly kept: ReadonlySet<string>;
  /** Words after which the rest is read as usual. */
  readonly end: ReadonlySet<string>;
  /** Only the first name is hidden. */
  readonly once: boolean;
}

const TRANSACTION = 'work tran transaction and no chain release prepared prepare';
const MODES =
  'isolation level read only write serializable repeatable committed uncommitted not deferrable deferred immediate ' +
  'exclusive snapshot consistent with mark distributed concurrent';

const command = (kept: string, { end = '', once = false } = {}): CommandWords => ({
  kept: words(kept),
  end: words(end),
  once,
});

/** By the first word of the statement. */
const byVerb: ReadonlyMap<string, CommandWords> = new Map(
  Object.entries({
    savepoint: command(''),
    release: command('savepoint'),
    rollback: command(`${TRANSACTION} to savepoint`),
    commit: command(`${TRANSACTION} with`),
    save: command('tran transaction'),
    declare: command('', { once: true }),
    fetch: command('next prior first last absolute relative all forward backward from in into'),
    move: command('next prior first last absolute relative all forward backward from in'),
    open: command('symmetric master key', { once: true }),
    close: command('all symmetric master key keys', { once: true }),
    prepare: command('transaction', { once: true }),
    deallocate: command('prepare all', { once: true }),
    listen: command('', { once: true }),
    unlisten: command('', { once: true }),
    notify: command('', { once: true }),
    use: command('', { once: true }),
    attach: command('database as key'),
    detach: command('database'),
    xa: command(
      'start begin end prepare commit rollback recover join resume suspend for migrate one phase format convert xid',
    ),
  }),
);

const transaction = command(`${TRANSACTION} ${MODES}`);
/** The data of COPY may follow without a semicolon. */
export const COPY_OPTIONS = command(
  'with binary csv delimiter delimiters as null header quote escape force not oids format text true false match freeze ' +
    'default encoding force_quote force_not_null force_null on_error ignore stop log_verbosity verbose reject_limit',
  { end: 'where' },
);

const dropPrepare = command('drop prepare', { once: true });
const execute = command('immediate', { end: 'using', once: true });

/** The words that stay in a statement that starts with this word, if it is one with names to hide. */
export function commandOf(verb: string, executesProcedures: boolean): CommandWords | undefined {
  if (verb === 'execute' || verb === 'exec') return executesProcedures ? undefined : execute;
  return byVerb.get(verb);
}

/** Like {@link commandOf}, for statements that two words distinguish. */
export function commandOfTwo(verb: string, second: string): CommandWords | undefined {
  if (verb === 'begin' || verb === 'start') return /^tran(?:saction)?$/.test(second) ? transaction : undefined;
  return verb === 'drop' && second === 'prepare' ? dropPrepare : undefined;
}

/** What stays among the arguments of a procedure: on SQL Server, any other word is a text. */
export const PROCEDURE_WORDS = words(
  'output out default null with recompile result sets undefined none as object type for xml user login at immediate ' +
    'using into returning bulk collect',
);

/** Statements whose words after `=` or TO are values: settings. */
export function assigns(verb: string, second: string): boolean {
  if (verb === 'set' || verb === 'pragma') return true;
  return verb === 'alter' && /^(?:session|system|role|user|database|function|procedure|routine)$/.test(second);
}

/** Words after which a statement goes on with another one: `EXPLAIN EXECUTE name`, `CREATE TABLE t AS EXECUTE name`. */
export function commandWithin(verb: string, before: string, word: string): CommandWords | undefined {
  if (verb === 'explain') return word === 'execute' || word === 'declare' ? commandOf(word, false) : undefined;
  return verb === 'create' && before === 'as' && word === 'execute' ? execute : undefined;
}

const PASSWORD_RULES = words('null expire lifetime change history reuse require verify');

/** Whether the word after this one is a secret that needs no quotes on some databases. */
export function precedesSecret(verb: string, second: string, before: string, word: string): boolean {
  if (word === 'by') return before === 'identified';
  if (word === 'replace') return verb === 'alter';
  if (verb === 'pragma') return word.endsWith('key');
  return word === 'password' && (verb === 'connect' || second === 'user' || second === 'role');
}

/** A word after {@link precedesSecret} that is no secret: `PASSWORD EXPIRE`, `IDENTIFIED BY VALUES 'hash'`. */
export const isRule = (before: string, word: string): boolean =>
  before === 'password' ? PASSWORD_RULES.has(word) : /^(?:values|password|random)$/.test(word);

/** Words of SET after which a value follows without a sign. */
export const BEFORE_VALUE = words('role authorization names zone');
