/**
 * Returns what adds `LIMIT` to a statement, as a number in its text. For a parameter PostgreSQL assumes a tenth of all rows:
 * the plan for all parameters then seems to cost so much more than one for this number that a prepared statement is planned again
 * for each execution. Each text is made once, and there are few, as the length of a page is bounded.
 *
 * @example const selectNotes = limited('SELECT * FROM notes ORDER BY id');
 * await dataSource.query(selectNotes(20));
 * @throws if the limit is not a whole number: it would be part of the statement
 */
export function limited(statement: string): (limit: number) => string {
  const texts = new Map<number, string>();
  return (limit) => {
    let text = texts.get(limit);
    if (text === undefined) {
      if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError(`The limit is not a whole number: ${limit}`);
      text = `${statement} LIMIT ${limit}`;
      texts.set(limit, text);
    }
    return text;
  };
}
