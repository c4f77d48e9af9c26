/** A statement with this comment is never prepared: for one whose best plan depends on its parameters. */
export const NOT_PREPARED = '/* not prepared */';

/** Texts that are not prepared any more. Few: each is a statement of the code. */
const MAX_EXEMPT = 1000;

const DUPLICATE_NAME = '42P05';
const UNKNOWN_NAME = '26000';
const NOT_SUPPORTED = '0A000';
/** The function of PostgreSQL that finds a prepared statement out of date. Its message depends on the language. */
const REVALIDATION = 'RevalidateCachedQuery';

interface ServerError {
  readonly code?: unknown;
  readonly routine?: unknown;
}

/** Whether the server has refused the name of a statement, which it has not executed. */
export function refusesName(error: unknown): boolean {
  const { code, routine } = (error ?? {}) as ServerError;
  return code === DUPLICATE_NAME || code === UNKNOWN_NAME || (code === NOT_SUPPORTED && routine === REVALIDATION);
}

export interface PreparationOptions {
  /** Maximum number of prepared statements per connection; 0 prepares none. */
  readonly max: number;
  /** The names of different connections clash, which makes names useless: none is given from now on. */
  readonly onOff: (reason: Error) => void;
}

/** What the connections of a pool have found out together: after a migration, what one was refused is out of date for all. */
export class Preparation {
  private isOff = false;
  private readonly exempt = new Set<string>();
  /** Names of an earlier generation are not used any more. */
  generation = 0;

  constructor(private readonly options: PreparationOptions) {}

  get max(): number {
    return this.options.max;
  }

  prepares(text: string): boolean {
    return !this.isOff && this.max > 0 && !this.exempt.has(text) && !text.includes(NOT_PREPARED);
  }

  /**
   * The server has refused the name of a statement.
   * @param isNew the name has not been sent before
   */
  noteRefusal(text: string, error: Error & ServerError, isNew: boolean): void {
    if (error.code === DUPLICATE_NAME) {
      if (!this.isOff) this.options.onOff(error);
      this.isOff = true;
      return;
    }
    // A pooler shares one statement per text, which stays out of date whatever its name is.
    if (isNew && this.exempt.size < MAX_EXEMPT) this.exempt.add(text);
    this.generation += 1;
  }
}
