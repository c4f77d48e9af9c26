import { plannable } from '../../../src/query-timing/explain/plannable';
import { dialectOf } from '../../../src/query-timing/sql/dialect';

const postgres = dialectOf('postgres');

describe('whether a statement can be planned', () => {
  it.each([
    ['SELECT 1', 0],
    ['SELECT * FROM t WHERE a = $2 AND b = $11;', 11],
    ["SELECT '$5; DELETE', $$;$$, $1 -- ; $7", 1],
    ['WITH x AS (INSERT INTO t VALUES ($1) RETURNING *) SELECT * FROM x', 1],
    ['(SELECT 1) /* ; */ ;;', 0],
  ])('%s: with %i parameters', (sql, parameters) => {
    expect(plannable(sql, postgres)).toEqual({ parameters });
  });

  it.each([
    'SELECT 1; DELETE FROM t',
    'SELECT 1;; SELECT 2',
    'SELECT * INTO copy FROM t',
    "SELECT 'unclosed",
    'SELECT (1',
    "SELECT 'a\\'; DELETE FROM t --'",
    `SELECT ${'1,'.repeat(40_000)}1`,
  ])('not: %.40s', (sql) => {
    expect(plannable(sql, postgres)).toBeUndefined();
  });

  it('not with a comment that MySQL runs', () => {
    expect(plannable('SELECT 1 /*!50000 , 2 */', dialectOf('mysql'))).toBeUndefined();
    expect(plannable('SELECT ?, ?', dialectOf('mysql'))).toEqual({ parameters: 2 });
  });
});
