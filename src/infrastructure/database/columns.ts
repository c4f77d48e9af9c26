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
