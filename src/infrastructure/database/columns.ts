/** pg returns a bigint as a string; every value that the service stores is a safe integer. */
export const wholeNumber = { type: 'bigint', transformer: { to: Number, from: Number } } as const;
