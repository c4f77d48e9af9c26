/** A text or a name in quotes. */
interface Quoted {
  /** Length of the output in front of it. */
  readonly index: number;
  /** Where it starts in the statement. */
  readonly start: number;
}

const APOSTROPHE = "'";

/** Words that may follow a closing quote directly. */
const MAY_FOLLOW = new Set(
  (
    'and or as is in not like ilike between collate escape uescape then else end when from where group order having ' +
    'limit offset union except intersect asc desc on using returning for'
  ).split(' '),
);

/**
 * Finds out that the quotes of a statement do not match, as in `name = 'O'Brien' AND code = 'secret'`: the server rejects
 * it, and what looks like a text or a name may be the space between two texts. Nothing after the first quote can be shown.
 */
export class QuoteCheck {
  private firstText: Quoted | undefined;
  private firstName: Quoted | undefined;
  private textEnd = -1;
  /** True after {@link rejects} was. */
  mismatched = false;

  constructor(private readonly sql: string) {}

  /** @param index length of the output in front of it */
  text(index: number, start: number, end: number): void {
    this.firstText ??= { index, start };
    if (`'"`.includes(this.sql[end - 1]!)) this.textEnd = end;
  }

  name(index: number, start: number, end: number): void {
    this.firstName ??= { index, start };
    if (this.firstText === undefined && this.sql.slice(start, end).includes(APOSTROPHE)) {
      this.firstText = { index, start };
    }
  }

  /** Whether this word is where no word can be: directly after a text. */
  rejects(word: string, start: number): boolean {
    if (start !== this.textEnd || MAY_FOLLOW.has(word.toLowerCase())) return false;
    return (this.mismatched = true);
  }

  /**
   * How much of the output can be shown; undefined if all of it.
   * @param open where the text or name starts that is not closed; undefined if all are
   */
  shown(open: number | undefined): number | undefined {
    const { firstText, firstName } = this;
    if (this.mismatched) return firstText?.index;
    if (open === undefined) return undefined;
    const isName = '"`['.includes(this.sql[open]!);
    const first = [firstText, ...(isName ? [firstName] : [])].filter((one) => one !== undefined && one.start < open);
    return first.length === 0 ? undefined : Math.min(...first.map((one) => one!.index));
  }
}
