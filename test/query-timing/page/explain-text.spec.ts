import { explainText } from '../../../src/query-timing/page/client/explain-text';

const lines = (statement: string, driver: string) => explainText(statement, 'SELECT', driver)?.split('\n');

describe('a statement that is copied as EXPLAIN', () => {
  it('needs no values on PostgreSQL: its literals become further parameters, and all of them are NULL', () => {
    expect(lines('SELECT ? FROM teas WHERE a = $2 AND b = $1 LIMIT ?', 'postgres')).toEqual([
      'PREPARE query_timing AS SELECT $3 FROM teas WHERE a = $2 AND b = $1 LIMIT $4;',
      'SET plan_cache_mode = force_generic_plan;',
      'EXPLAIN EXECUTE query_timing(NULL, NULL, NULL, NULL);',
      'RESET plan_cache_mode;',
      'DEALLOCATE query_timing;',
    ]);
  });

  it('keeps the operators of PostgreSQL that have a question mark', () => {
    expect(lines('SELECT a FROM teas WHERE tags ?| $1 AND tags ?& $2', 'postgres')![0]).toBe(
      'PREPARE query_timing AS SELECT a FROM teas WHERE tags ?| $1 AND tags ?& $2;',
    );
  });

  it.each([
    ['tags ? $1 AND a = $2', 'tags ? $1 AND a = $2'],
    ['a = $1 AND tags ? ?', 'a = $1 AND tags ? $2'],
  ])('knows the operator ? from a value: %s', (condition, copied) => {
    expect(lines(`SELECT a FROM teas WHERE ${condition}`, 'postgres')![0]).toBe(
      `PREPARE query_timing AS SELECT a FROM teas WHERE ${copied};`,
    );
  });

  it('keeps a question mark in a name', () => {
    expect(lines('SELECT "why?" FROM teas WHERE a = ?', 'postgres')![0]).toBe(
      'PREPARE query_timing AS SELECT "why?" FROM teas WHERE a = $1;',
    );
    expect(lines('SELECT `why?` FROM teas WHERE a = ?', 'mysql')![2]).toBe('EXECUTE query_timing USING @query_timing;');
  });

  it('has values that find rows on MySQL, a number where a limit is, and quotes inside a quoted text', () => {
    expect(lines("SELECT `it's`, `a\\b` FROM teas WHERE a = ? LIMIT ?, ?", 'mysql')).toEqual([
      "SET @query_timing = '20000101', @query_timing_limit = 100;",
      "PREPARE query_timing FROM 'EXPLAIN SELECT `it''s`, `a\\\\b` FROM teas WHERE a = ? LIMIT ?, ?';",
      'EXECUTE query_timing USING @query_timing, @query_timing_limit, @query_timing_limit;',
      'DEALLOCATE PREPARE query_timing;',
    ]);
  });

  it.each([
    ['postgres', 'EXPLAIN SELECT a FROM teas;'],
    ['mariadb', 'EXPLAIN SELECT a FROM teas;'],
    ['better-sqlite3', 'EXPLAIN QUERY PLAN SELECT a FROM teas;'],
  ])('is one line on %s if it has no values', (driver, text) => {
    expect(explainText('SELECT a FROM teas', 'SELECT', driver)).toBe(text);
  });

  it('does not exist for a statement that is cut or has no plan', () => {
    expect(explainText('SELECT a, b, …', 'SELECT', 'postgres')).toBeUndefined();
    expect(explainText('CREATE TABLE teas (a text)', 'OTHER', 'postgres')).toBeUndefined();
    expect(explainText('COMMIT', 'COMMIT', 'mysql')).toBeUndefined();
  });
});
