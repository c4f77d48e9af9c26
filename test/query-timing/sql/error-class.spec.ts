import { errorClassOf } from '../../../src/query-timing/sql/error-class';

const failure = (fields: object, message = '') => Object.assign(new Error(message), fields);

describe('the class of an error', () => {
  it.each([
    ['57014', 'canceling statement due to statement timeout', 'timeout'],
    ['57014', 'canceling statement due to user request', 'cancelled'],
    ['57014', 'Abbruch der Anfrage wegen Zeitüberschreitung', 'timeout'],
    ['25P04', 'terminating connection due to transaction timeout', 'timeout'],
    ['55P03', '', 'lock_timeout'],
    ['40P01', '', 'deadlock'],
    ['40001', '', 'serialization'],
    ['40003', 'statement completion unknown: a retry could execute it twice', 'other'],
    ['23505', '', 'unique'],
    ['23503', '', 'constraint'],
    ['23502', '', 'constraint'],
    ['23514', '', 'constraint'],
    ['23P01', '', 'constraint'],
    ['57P01', '', 'connection'],
    ['08006', '', 'connection'],
    ['42601', '', 'syntax'],
    ['42P01', '', 'syntax'],
    ['42703', '', 'syntax'],
    ['22012', 'division by zero', 'other'],
    ['25P02', '', 'other'],
  ])('on PostgreSQL with the SQLSTATE %s %s is %s', (code, message, expected) => {
    expect(errorClassOf(failure({ code }, message))).toBe(expected);
  });

  it.each([
    [1969, 'timeout'],
    [3024, 'timeout'],
    [1317, 'cancelled'],
    [1205, 'lock_timeout'],
    [1213, 'deadlock'],
    [1062, 'unique'],
    [1048, 'constraint'],
    [1452, 'constraint'],
    [4025, 'constraint'],
    [1064, 'syntax'],
    [1146, 'syntax'],
    [2013, 'connection'],
    [1365, 'other'],
  ])('on MariaDB and MySQL with the number %i is %s', (errno, expected) => {
    expect(errorClassOf(failure({ errno, code: 'ER_SOMETHING', sqlState: 'HY000' }))).toBe(expected);
  });

  it.each([
    [{ code: 'SQLITE_CONSTRAINT_UNIQUE' }, '', 'unique'],
    [{ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' }, '', 'constraint'],
    [{ code: 'SQLITE_BUSY' }, 'database is locked', 'lock_timeout'],
    [{ code: 'SQLITE_INTERRUPT' }, '', 'cancelled'],
    [{ code: 'SQLITE_ERROR' }, 'near "SELEC": syntax error', 'syntax'],
    [{}, 'UNIQUE constraint failed: t.a', 'unique'],
    [{}, 'NOT NULL constraint failed: t.a', 'constraint'],
    [{}, 'no such table: t', 'syntax'],
  ])('on SQLite with %j %s is %s', (fields, message, expected) => {
    expect(errorClassOf(failure(fields, message))).toBe(expected);
  });

  it.each([
    [{}, 'Query read timeout', 'timeout'],
    [{ code: 'PROTOCOL_SEQUENCE_TIMEOUT' }, '', 'timeout'],
    [{}, 'Connection terminated unexpectedly', 'connection'],
    [{}, 'Client has encountered a connection error and is not queryable', 'connection'],
    [{}, "Can't add new command when connection is in closed state", 'connection'],
    [{ code: 'ECONNRESET', errno: -104 }, 'read ECONNRESET', 'connection'],
    [{ code: 'EAI_AGAIN', errno: -3001 }, 'getaddrinfo EAI_AGAIN', 'connection'],
    [{ code: 'PROTOCOL_CONNECTION_LOST' }, '', 'connection'],
    [{}, 'something new', 'other'],
  ])('of a client with %j %s is %s', (fields, message, expected) => {
    expect(errorClassOf(failure(fields, message))).toBe(expected);
  });

  it('is found inside the error of TypeORM', () => {
    expect(errorClassOf(failure({ driverError: failure({ code: '23505' }) }))).toBe('unique');
  });

  it.each([undefined, null, 'text', 42, {}, { code: 7 }, { message: { not: 'a text' } }])('of %j is other', (error) => {
    expect(errorClassOf(error)).toBe('other');
  });

  it('of an error that cannot be read is other', () => {
    const hostile = {
      get code(): string {
        throw new Error('do not touch');
      },
    };
    expect(errorClassOf(hostile)).toBe('other');
  });
});
