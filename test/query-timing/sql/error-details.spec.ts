import { errorDetailsOf } from '../../../src/query-timing/sql/error-details';

const failure = (fields: object, message = '') => Object.assign(new Error(message), fields);

describe('the details of an error', () => {
  it.each([
    [
      'PostgreSQL',
      { code: '23505', constraint: 'users_email_key', detail: 'Key (email)=(hush) already exists.' },
      'duplicate key value violates unique constraint "users_email_key"',
      { sqlState: '23505', constraint: 'users_email_key' },
    ],
    ['PostgreSQL, not a constraint', { code: '42501', constraint: 'x' }, 'permission denied', { sqlState: '42501' }],
    [
      'MariaDB, a unique key',
      { errno: 1062, code: 'ER_DUP_ENTRY', sqlState: '23000' },
      "Duplicate entry 'hush' for key 'hush'' for key 'users.email'",
      { sqlState: '23000', errno: 1062, constraint: 'users.email' },
    ],
    [
      'MariaDB, a foreign key',
      { errno: 1452, code: 'ER_NO_REFERENCED_ROW_2', sqlState: '23000' },
      'Cannot add or update a child row: a foreign key constraint fails (`d`.`child`, CONSTRAINT `child_ibfk_1` FOREIGN KEY (`a`) REFERENCES `t` (`a`))',
      { sqlState: '23000', errno: 1452, constraint: 'child_ibfk_1' },
    ],
    [
      'MariaDB, a check',
      { errno: 4025, sqlState: '23000' },
      'CONSTRAINT `kinds.b` failed for `d`.`kinds`',
      { sqlState: '23000', errno: 4025, constraint: 'kinds.b' },
    ],
    [
      'MySQL, a check',
      { errno: 3819, sqlState: 'HY000' },
      "Check constraint 'positive' is violated.",
      { sqlState: 'HY000', errno: 3819, constraint: 'positive' },
    ],
    ['MySQL, a number without a name', { code: 4031, errno: 4031 }, '', { errno: 4031 }],
    [
      'SQL Server',
      { code: 'EREQUEST', number: 2627 },
      "Violation of UNIQUE KEY constraint 'UQ_mail'. Cannot insert duplicate key in object 'dbo.t'. The duplicate key value is (hush).",
      { errno: 2627, constraint: 'UQ_mail' },
    ],
    [
      'Oracle',
      { code: 'ORA-00001', errorNum: 1 },
      'ORA-00001: unique constraint (SHOP.UQ_MAIL) violated',
      { errno: 1, constraint: 'SHOP.UQ_MAIL' },
    ],
    [
      'SQLite',
      { code: 'SQLITE_CONSTRAINT', errno: 19 },
      'SQLITE_CONSTRAINT: UNIQUE constraint failed: t.a, t.b',
      { constraint: 't.a, t.b' },
    ],
    ['SQLite, the text of a check', {}, "CHECK constraint failed: a <> 'hush'", {}],
    ['the operating system', { code: 'ECONNRESET', errno: -104 }, 'read ECONNRESET', {}],
  ])('of %s are identifiers, never values', (_, fields, message, expected) => {
    expect(errorDetailsOf(failure(fields, message))).toEqual(expected);
    expect(errorDetailsOf({ driverError: failure(fields, message) })).toEqual(expected);
  });

  it('are bounded', () => {
    const { constraint } = errorDetailsOf(failure({ code: '23505', constraint: 'x'.repeat(10_000) }));
    expect(constraint).toHaveLength(128);
  });

  it.each([undefined, null, 'text', 42, {}, { code: {} }])('of %j are empty', (error) => {
    expect(errorDetailsOf(error)).toEqual({});
  });

  it('of an error that cannot be read are empty', () => {
    const hostile = {
      get code(): string {
        throw new Error('do not touch');
      },
    };
    expect(errorDetailsOf(hostile)).toEqual({});
  });
});
