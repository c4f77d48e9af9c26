/** The statements that `--queries` counts. */
export const DATA_TYPES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
/** Other statements, by the names that the service has for them. */
export const OTHER_TYPES = ['BEGIN', 'COMMIT', 'ROLLBACK', 'OTHER'] as const;
export const STATEMENT_TYPES = [...DATA_TYPES, ...OTHER_TYPES] as const;

export type StatementType = (typeof STATEMENT_TYPES)[number];
export type Counts = Readonly<Record<StatementType, number>>;

export const countsBy = (count: (type: StatementType) => number): Counts =>
  Object.fromEntries(STATEMENT_TYPES.map((type) => [type, count(type)])) as Counts;

export const minus = (after: Counts, before: Counts): Counts => countsBy((type) => after[type] - before[type]);

/** Of the statements that `--queries` counts. */
export const sumOfData = (counts: Counts): number => DATA_TYPES.reduce((sum, type) => sum + counts[type], 0);
