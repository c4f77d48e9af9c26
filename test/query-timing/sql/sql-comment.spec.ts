import { sqlComment, withComment } from '../../../src/query-timing/sql/sql-comment';

const COMMENT = "/*route='a'*/";

describe('a comment of sqlcommenter', () => {
  it('has encoded values in the order of their keys', () => {
    expect(sqlComment({ traceparent: '00-ab-cd-01', route: 'GET /teas/:id' })).toBe(
      "/*route='GET%20%2Fteas%2F%3Aid',traceparent='00-ab-cd-01'*/",
    );
  });

  it('cannot be ended by a value', () => {
    expect(sqlComment({ route: "*/; DROP TABLE teas; --'(!)" })).toBe(
      "/*route='%2A%2F%3B%20DROP%20TABLE%20teas%3B%20--%27%28%21%29'*/",
    );
  });

  it('does not exist without values', () => {
    expect(sqlComment({ route: undefined, traceparent: '' })).toBeUndefined();
  });

  it.each([
    ['a statement', 'SELECT 1', `SELECT 1 ${COMMENT}`],
    ['a statement with a semicolon', 'SELECT 1; \n', `SELECT 1 ${COMMENT}; \n`],
    [
      'an operator of PostgreSQL',
      "SELECT a #>> '{b}', a #- '{c}' FROM t",
      `SELECT a #>> '{b}', a #- '{c}' FROM t ${COMMENT}`,
    ],
  ])('is appended to %s', (_, sql, expected) => {
    expect(withComment(sql, COMMENT)).toBe(expected);
  });

  it.each([
    ['one that has a comment', 'SELECT 1 /* teas */'],
    ['one that begins with a comment', '/* teas */ SELECT 1'],
    ['one that ends with a comment to the end of the line', 'SELECT 1 -- teas'],
    ['one that ends with such a comment of MySQL', 'SELECT 1 # teas'],
    ['several statements', 'SELECT 1; SELECT 2'],
    ['a function body', 'DO $$ BEGIN PERFORM 1; END $$'],
    ['nothing', ' ;'],
  ])('is not appended to %s', (_, sql) => {
    expect(withComment(sql, COMMENT)).toBe(sql);
  });
});
