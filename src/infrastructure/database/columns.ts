/** pg returns a bigint as a string; every value that the service stores is a safe integer. */
export const wholeNumber = { type: 'bigint', transformer: { to: Number, from: Number } } as const;

/** The same for a column that may be null. */
export const optionalWholeNumber = {
  ...wholeNumber,
  nullable: true,
  transformer: {
    to: (value: number | null) => value,
    from: (value: string | null) => (value === null ? null : Number(value)),
  },
} as const;

/**
 * Selects such a column as a number in plain SQL. pg reads JSON exactly; of a `float8`, PostgreSQL sends no more than 15 digits where
 * `extra_float_digits` is set to less than its default.
 *
 * @param column its name, as the statement needs it
 */
export const asNumber = (column: string): string => `to_json(${column}) AS ${column}`;
