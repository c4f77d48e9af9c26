import { endsTransaction, errorClassOf } from '../../../src/query-timing/sql/error-class';
import { CANCEL_TEXTS } from '../../../src/query-timing/sql/errors/postgres';

const failure = (fields: object, message = '') => Object.assign(new Error(message), fields);

describe('the class of an error', () => {
  it.each([
    ['57014', 'canceling statement due to statement timeout', 'timeout'],
    ['57014', 'canceling statement due to user request', 'cancelled'],
    ['57014', 'storniere Anfrage wegen Zeitüberschreitung der Anfrage', 'timeout'],
    ['57014', 'storniere Anfrage wegen Benutzeraufforderung', 'cancelled'],
    ['57014', 'query execution canceled', 'cancelled'],
    ['57014', 'COPY from stdin failed: No source stream defined', 'cancelled'],
    ['57014', 'query execution canceled due to statement timeout', 'timeout'],
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
    ['22012', 'division by zero', 'data'],
    ['22P02', 'invalid input syntax for type uuid', 'data'],
    ['22003', 'integer out of range', 'data'],
    ['25P02', '', 'transaction_aborted'],
    ['25P03', '', 'connection'],
    ['25006', 'a read-only transaction', 'other'],
    ['42501', '', 'permission'],
    ['28P01', '', 'permission'],
    ['28000', '', 'permission'],
    ['0LP01', '', 'permission'],
    ['0P000', '', 'permission'],
    ['42P05', '', 'prepared_statement'],
    ['26000', '', 'prepared_statement'],
    ['0A000', 'cached plan must not change result type', 'prepared_statement'],
    ['0A000', 'cross-database references are not implemented', 'syntax'],
    ['3D000', '', 'syntax'],
    ['3F000', '', 'syntax'],
    ['42701', 'duplicate column', 'syntax'],
    ['42702', 'ambiguous column', 'syntax'],
    ['42P07', 'duplicate table', 'syntax'],
    ['40002', '', 'constraint'],
    ['44000', '', 'constraint'],
    ['53300', '', 'connection'],
    ['53100', 'disk full', 'other'],
    ['08P01', 'query timeout', 'timeout'],
    ['08P01', 'transaction timeout', 'timeout'],
    ['08P01', 'query_wait_timeout', 'timeout'],
    ['08P01', 'idle transaction timeout', 'connection'],
    ['08P01', 'client_idle_timeout', 'connection'],
    ['08P01', 'prepared statement did not exist', 'prepared_statement'],
    ['08P01', 'bind message supplies 1 parameters, but prepared statement "" requires 2', 'syntax'],
  ])('on PostgreSQL with the SQLSTATE %s %s is %s', (code, message, expected) => {
    expect(errorClassOf(failure({ code }, message))).toBe(expected);
  });

  it.each(Object.entries(CANCEL_TEXTS))(
    'on PostgreSQL with a cancel reported in the language %s is cancelled',
    (_, texts) => {
      for (const text of texts) expect(errorClassOf(failure({ code: '57014' }, text))).toBe('cancelled');
    },
  );

  it('on PostgreSQL with a COPY that gets no data is found by the routine, because the text is translated', () => {
    const error = failure({ code: '57014', routine: 'CopyGetData' }, 'COPY von der Standardeingabe ist fehlgeschlagen');
    expect(errorClassOf(error)).toBe('cancelled');
  });

  it('on PostgreSQL with a cached plan is found by the routine, because the text is translated', () => {
    const error = failure({ code: '0A000', routine: 'RevalidateCachedQuery' }, 'gecachter Plan darf den Ergebnistyp …');
    expect(errorClassOf(error)).toBe('prepared_statement');
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
    [1020, 'serialization'],
    [1044, 'permission'],
    [1045, 'permission'],
    [1142, 'permission'],
    [1143, 'permission'],
    [1227, 'permission'],
    [1243, 'prepared_statement'],
    [1615, 'prepared_statement'],
    [1050, 'syntax'],
    [1052, 'syntax'],
    [1055, 'syntax'],
    [1060, 'syntax'],
    [1040, 'connection'],
    [1203, 'connection'],
    [1226, 'connection'],
    [1365, 'other'],
  ])('on MariaDB and MySQL with the number %i is %s', (errno, expected) => {
    expect(errorClassOf(failure({ errno, code: 'ER_SOMETHING', sqlState: 'HY000' }))).toBe(expected);
  });

  it.each([
    [1169, '23000', 'unique'],
    [1761, '23000', 'constraint'],
    [4151, '28000', 'permission'],
    [1059, '42000', 'syntax'],
    [1406, '22001', 'data'],
    [1366, 'HY000', 'data'],
  ])('on MySQL with the number %i and the SQLSTATE %s is %s', (errno, sqlState, expected) => {
    expect(errorClassOf(failure({ errno, code: 'ER_X', sqlState }))).toBe(expected);
  });

  it.each([
    [{ code: 3024 }, 'timeout'],
    [{ code: 4031, errno: 4031 }, 'connection'],
  ])('on MySQL with the numeric code of %j is %s', (fields, expected) => {
    expect(errorClassOf(failure(fields))).toBe(expected);
  });

  it.each([
    [{ code: 'EREQUEST', number: 1205 }, 'deadlock'],
    [{ code: 'EREQUEST', number: 2627 }, 'unique'],
    [{ code: 'EREQUEST', number: 229 }, 'permission'],
    [{ code: 'ETIMEOUT' }, 'timeout'],
    [{ code: 'ETIMEOUT', name: 'ConnectionError' }, 'connection'],
    [{ code: 'ORA-01031', errorNum: 1031 }, 'permission'],
    [{ code: 'ORA-00060', errorNum: 60 }, 'deadlock'],
    [{ code: 'ORA-20001', errorNum: 20001 }, 'other'],
  ])('on SQL Server and Oracle with %j is %s', (fields, expected) => {
    expect(errorClassOf(failure(fields))).toBe(expected);
  });

  it.each([
    [{ code: 'SQLITE_CONSTRAINT_UNIQUE' }, '', 'unique'],
    [{ code: 'SQLITE_CONSTRAINT', errno: 19 }, 'SQLITE_CONSTRAINT: UNIQUE constraint failed: t.a', 'unique'],
    [{ code: 'SQLITE_ERROR' }, 'duplicate column name: a', 'syntax'],
    [{ code: 'SQLITE_ERROR' }, 'ambiguous column name: a', 'syntax'],
    [{ code: 'SQLITE_ERROR' }, 'table t already exists', 'syntax'],
    [{ code: 'SQLITE_ERROR', errno: 1 }, 'SQLITE_ERROR: no such table: t', 'syntax'],
    [{ code: 'SQLITE_BUSY_SNAPSHOT' }, 'database is locked', 'serialization'],
    [{ code: 'SQLITE_AUTH' }, 'not authorized', 'permission'],
    [{}, 'no such savepoint: s', 'other'],
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
    [{}, 'server closed the connection unexpectedly\n\tThis probably means', 'connection'], // pg-native
    [{}, 'SSL SYSCALL error: EOF detected\n', 'connection'],
    [{}, 'no connection to the server\n', 'connection'],
    [{}, 'Client has encountered a connection error and is not queryable', 'connection'],
    [{}, "Can't add new command when connection is in closed state", 'connection'],
    [{ code: 'ECONNRESET', errno: -104 }, 'read ECONNRESET', 'connection'],
    [{ code: 'EAI_AGAIN', errno: -3001 }, 'getaddrinfo EAI_AGAIN', 'connection'],
    [{ code: 'PROTOCOL_CONNECTION_LOST' }, '', 'connection'],
    [{ code: 'EPERM', errno: -1, syscall: 'connect' }, 'connect EPERM', 'connection'], // a firewall; not a SQLSTATE
    [{ code: 'EMFILE', errno: -24, syscall: 'connect' }, 'connect EMFILE', 'connection'],
    [{ code: 'ENOENT', errno: -2, syscall: 'open' }, 'no such file, open client.crt', 'connection'],
    [{ code: 'ERR_STREAM_PREMATURE_CLOSE' }, 'Premature close', 'other'], // of the reader
    [{ code: 'ERR_INVALID_ARG_TYPE' }, 'The argument must be a string', 'other'],
    [{}, 'something new', 'other'],
  ])('of a client with %j %s is %s', (fields, message, expected) => {
    expect(errorClassOf(failure(fields, message))).toBe(expected);
  });

  it.each([
    [
      { code: 'EPROTO', errno: -71, syscall: 'write' },
      'write EPROTO error:0A000418:SSL routines::tlsv1 alert unknown ca:',
    ],
    [{ code: 'EPROTO' }, ''],
    [{ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }, ''],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, ''],
    [{ code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' }, ''],
    [{ code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' }, ''],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, ''],
    [{ code: 'ERR_SOCKET_CLOSED' }, ''],
    [{ code: 'ERR_STREAM_DESTROYED' }, ''],
    [{ code: 'CERT_HAS_EXPIRED' }, 'certificate has expired'],
    [{ code: 'CERT_NOT_YET_VALID' }, ''],
    [{ code: 'CERT_REVOKED' }, ''],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, ''],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, ''],
    [{ code: 'UNABLE_TO_GET_ISSUER_CERT' }, ''],
    [{ code: 'UNABLE_TO_GET_CRL' }, ''],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, ''],
    [{ code: 'ERROR_IN_CERT_NOT_AFTER_FIELD' }, ''],
    [{ code: 'INVALID_PURPOSE' }, ''],
    [{ code: 'HOSTNAME_MISMATCH' }, ''],
    [{ code: 'HANDSHAKE_NO_SSL_SUPPORT' }, ''],
    [{ code: 'HANDSHAKE_SSL_ERROR' }, ''],
    [{}, 'The server does not support SSL connections'],
    [{}, 'There was an error establishing an SSL connection'],
  ])('of TLS with %j %s is connection', (fields, message) => {
    expect(errorClassOf(failure(fields, message))).toBe('connection');
    expect(endsTransaction(failure(fields, message))).toBe(true);
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

describe('a transaction', () => {
  it.each([
    ['a lost connection', { code: 'ECONNRESET' }, '', true],
    ['a terminated session', { code: '57P01', severity: 'FATAL' }, '', true],
    ['an idle transaction that the server ends', { code: '25P03', severity: 'FATAL' }, '', true],
    ['a transaction_timeout', { code: '25P04', severity: 'FATAL' }, '', true],
    ['a limit of PgBouncer', { code: '08P01', severity: 'FATAL' }, 'query timeout', true],
    ['a deadlock on MySQL', { errno: 1213 }, '', true],
    ['a row changed since the snapshot on MariaDB', { errno: 1020 }, '', true],
    ['a deadlock on PostgreSQL, which only aborts it', { code: '40P01', severity: 'ERROR' }, '', false],
    ['a foreign server that is down', { code: '08001', severity: 'ERROR' }, '', false],
    ['the wrong number of parameters', { code: '08P01', severity: 'ERROR' }, 'bind message supplies 1', false],
    ['a text with a NUL, in any language', { code: '08P01', severity: 'FEHLER', routine: 'pq_getmsgend' }, '', false],
    ['a lock timeout on MySQL', { errno: 1205 }, '', false],
    ['nothing', undefined, '', false],
  ])('after %s: %j %s has ended: %j', (_, fields, message, expected) => {
    expect(endsTransaction(fields && failure(fields, message))).toBe(expected);
  });
});
