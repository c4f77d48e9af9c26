import { QUERY_TYPES } from '../../../src/query-timing/sql/query-type';
import { rowsOf } from '../../../src/query-timing/sql/result-rows';

const [SELECT, INSERT] = [QUERY_TYPES.indexOf('SELECT'), QUERY_TYPES.indexOf('INSERT')];

/** Drivers have a class for what is no row. */
class Result {
  constructor(fields: object) {
    Object.assign(this, fields);
  }
}
const header = new Result({ affectedRows: 2, insertId: 0, serverStatus: 2 });

describe('the rows of a result', () => {
  it.each<[string, unknown, number | undefined]>([
    ['pg: a SELECT', { command: 'SELECT', rowCount: 2, rows: [{}, {}] }, 2],
    ['pg: an UPDATE', { command: 'UPDATE', rowCount: 5, rows: [] }, 5],
    ['pg: BEGIN', { command: 'BEGIN', rowCount: null, rows: [] }, undefined],
    ['pg-native: BEGIN', { command: 'START', rowCount: NaN, rows: [] }, undefined],
    ['pg: several statements', [new Result({ command: 'SELECT', rowCount: 1, rows: [{}] })], undefined],
    ['mysql2: a SELECT', [{}, {}, {}], 3],
    ['mysql2: rows as lists', [[1], [2]], 2],
    ['mysql2: an UPDATE', header, 2],
    ['mysql2: several SELECTs', [[{}], [{}]], undefined],
    ['mysql: a SELECT, whose rows have a class', [new Result({ id: 1 }), new Result({ id: 2 })], 2],
    ['mysql: several SELECTs', [[new Result({ id: 1 })], [new Result({ id: 2 })], [new Result({ id: 3 })]], undefined],
    ['mysql2: rows as lists that begin with bytes', [[Buffer.from('a')], [Buffer.from('b')]], 2],
    ['mysql2: rows with the columns of a header', [{ affectedRows: 1, serverStatus: 2 }, {}], 2],
    ['mysql2: rows as lists that begin with a time', [[new Date(0)], [new Date(1)]], 2],
    ['SQLite: rows with the columns of a result', [{ command: 'x', rowCount: 7 }], 1],
    [
      'SQLite of Node: such rows without a prototype',
      [Object.assign(Object.create(null) as object, { affectedRows: 1, serverStatus: 2 })],
      1,
    ],
    ['mysql2: several UPDATEs', [header, header], undefined],
    ['mysql2: a procedure', [[{}], header], undefined],
    ['PGlite: a SELECT', { rows: [{}, {}], affectedRows: 0 }, 2],
    ['PGlite: an UPDATE', { rows: [], affectedRows: 4 }, 4],
    ['better-sqlite3: an INSERT', 17, undefined],
    ['no result', undefined, undefined],
    [
      'a result that cannot be read',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('hostile');
          },
        },
      ),
      undefined,
    ],
  ])('are those that the driver reports. %s', (_, result, rows) => {
    expect(rowsOf(result, SELECT)).toBe(rows);
  });

  it('are 0 for an empty list of a SELECT, and unknown for one of an INSERT', () => {
    expect(rowsOf([], SELECT)).toBe(0);
    expect(rowsOf([], INSERT)).toBeUndefined();
  });
});
