/**
 * Returns the condition `= ANY (…)` for a parameter that is an array, written so that PostgreSQL does not see its length when it
 * plans. It then assumes ten elements for each list. If it saw two, the plan for these two would seem cheaper than the one for all
 * lists, and a prepared statement would be planned again for each execution.
 *
 * @example `SELECT * FROM notes WHERE id ${anyOf('$1', 'uuid')}`
 * @param type of the elements
 */
export const anyOf = (parameter: `$${number}`, type: string): string =>
  `= ANY ((SELECT ${parameter}::${type}[])::${type}[])`;
