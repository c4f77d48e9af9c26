import { QUERY_TYPES } from '../../sql/query-type';
import { HistogramRows } from './histogram-rows';

/** Distinct error types of a DataSource. PostgreSQL has about 250 codes, and functions may raise others. */
const MAX_ERROR_TYPES = 100;

/** For failures beyond that. */
export const OTHER_ERRORS = '_OTHER';

export interface FailureType {
  /** The code of the server, or the error class without one. */
  readonly errorType: string;
  /** The code of the server. */
  readonly statusCode: string | undefined;
}

export interface Failures extends FailureType {
  /** Rows are {@link QUERY_TYPES}. */
  readonly durations: HistogramRows;
}

const OTHER: FailureType = { errorType: OTHER_ERRORS, statusCode: undefined };

/** The durations of failed statements by error type: the part of `MetricsTable.durations` that did not succeed. */
export class FailureTable {
  private readonly byType = new Map<string, Failures>();

  constructor(private readonly bounds: readonly number[]) {}

  get all(): Iterable<Failures> {
    return this.byType.values();
  }

  observe(type: FailureType, row: number, seconds: number): void {
    this.of(type).durations.observe(row, seconds);
  }

  add({ all }: FailureTable): void {
    for (const failures of all) {
      const { data } = this.of(failures).durations;
      failures.durations.data.forEach((value, i) => (data[i]! += value));
    }
  }

  clear(): void {
    this.byType.clear();
  }

  private of(type: FailureType): Failures {
    const known = this.byType.get(type.errorType);
    if (known !== undefined) return known;
    const { errorType, statusCode } = this.byType.size < MAX_ERROR_TYPES ? type : OTHER;
    const failures = this.byType.get(errorType) ?? {
      errorType,
      statusCode,
      durations: new HistogramRows(QUERY_TYPES.length, this.bounds),
    };
    this.byType.set(errorType, failures);
    return failures;
  }
}
