import type { RepeatedStatement } from '../model/scope-summary';
import type { TableReference } from '../sql/statement-shape';
import type { QueryTypeIndex } from '../sql/query-type';

/** What is known about the code that repeats a statement. */
export interface RepetitionDetails extends Pick<
  RepeatedStatement,
  'relation' | 'lookup' | 'caller' | 'inTransaction' | 'reload'
> {
  /** The relation as an object for the option `relations`. */
  readonly option?: string;
}

/** A statement as scopes distinguish it: by DataSource and fingerprint. One object stands for all its texts. */
export class ScopedStatement {
  /** It has several texts: some of its values are written in them. */
  hasTexts = false;
  private firstText: number | undefined = undefined;

  constructor(
    readonly dataSource: string,
    readonly fingerprint: string,
    /** Normalised. Empty after {@link forgetText}, so that scopes that are still open keep no text in memory. */
    public text: string,
    readonly typeIndex: QueryTypeIndex,
    /** Begins or ends a transaction, or concerns a savepoint. */
    readonly transactionControl: boolean,
    /** How often it runs in one scope before it is reported as repeated; Infinity for never. */
    readonly repeatedFrom: number,
    /** Its repetitions count for a budget. */
    readonly budgeted = true,
    /** It handles several at a time: the statement with the same fingerprint that handles one is another one. */
    readonly batch = false,
    /** That it reads or changes. */
    public table: TableReference | undefined = undefined,
    /** What is sent after it is not what was sent before, even with the same text. */
    readonly restarts = false,
    /** It reads a page of its rows: it is repeated where it reads the same one of other rows. */
    readonly pages = false,
  ) {}

  /** @param hash of one of its texts */
  noteText(hash: number): void {
    this.firstText ??= hash;
    if (hash !== this.firstText) this.hasTexts = true;
  }

  isSame({ fingerprint, dataSource, batch }: ScopedStatement): boolean {
    return this.fingerprint === fingerprint && this.dataSource === dataSource && this.batch === batch;
  }

  forgetText(): void {
    this.text = '';
    this.table = undefined;
  }
}
