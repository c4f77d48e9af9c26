import type { RepeatedStatement } from '../model/scope-summary';
import type { QueryTypeIndex } from '../sql/query-type';

/** What is known about the code that repeats a statement. */
export type RepetitionDetails = Pick<RepeatedStatement, 'relation' | 'caller'>;

/** A statement as scopes distinguish it: by DataSource and fingerprint. One object stands for all its texts. */
export class ScopedStatement {
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
  ) {}

  isSame({ fingerprint, dataSource }: ScopedStatement): boolean {
    return this.fingerprint === fingerprint && this.dataSource === dataSource;
  }

  forgetText(): void {
    this.text = '';
  }
}
