import { acquisitionFailureOf } from '../../../src/query-timing/sql/acquisition-failure';

const error = (message: string, more: object = {}) => Object.assign(new Error(message), more);
const system = (code: string) => error(`connect ${code}`, { code, errno: -1, syscall: 'connect' });

describe('the reason of a failed request for a connection', () => {
  it.each<[reason: string, errorClass: string, error: unknown]>([
    ['timeout', 'timeout', error('timeout exceeded when trying to connect')], // pg-pool, no free connection
    ['timeout', 'timeout', error('Connection terminated due to connection timeout')], // pg-pool, a new connection
    ['timeout', 'timeout', error('timeout expired')], // pg
    ['timeout', 'timeout', system('ETIMEDOUT')],
    ['timeout', 'timeout', error('query_wait_timeout', { code: '08P01', severity: 'FATAL' })], // PgBouncer
    ['timeout', 'timeout', error('operation timed out for an unknown reason', { name: 'TimeoutError' })], // tarn
    ['timeout', 'timeout', error('NJS-040: connection request timeout. Request exceeded "queueTimeout" of 60000')],
    ['queue_full', 'connection', error('Queue limit reached.')],
    ['queue_full', 'connection', error('No connections available.')],
    ['queue_full', 'connection', error('Connection pool queue is full (50 waiting).')],
    ['queue_full', 'connection', error('NJS-076: connection request rejected. Pool queue length queueMax reached')],
    ['refused', 'connection', system('ECONNREFUSED')],
    ['refused', 'connection', system('ENOENT')], // no such socket
    ['refused', 'connection', system('EPROTO')],
    ['refused', 'connection', error('certificate has expired', { code: 'CERT_HAS_EXPIRED' })],
    ['refused', 'connection', error('no', { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' })],
    ['refused', 'connection', error('no such file, open client.crt', { code: 'ENOENT', syscall: 'open' })],
    ['refused', 'connection', Object.assign(new AggregateError([]), { code: 'EHOSTDOWN' })],
    ['refused', 'connection', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })], // a name with two addresses
    ['refused', 'connection', error('Connection terminated unexpectedly')],
    // pg-native
    [
      'refused',
      'connection',
      error('connection to server at "::1", port 1 failed: Connection refused\n\tIs it running?\n'),
    ],
    [
      'refused',
      'connection',
      error('connection to server at "::1", port 1 failed: FATAL:  database "x" does not exist\n'),
    ],
    ['refused', 'connection', error('could not translate host name "nowhere" to address: Name or service not known\n')],
    ['timeout', 'timeout', error('connection to server at "::1", port 1 failed: timeout expired\n')],
    ['refused', 'connection', error('sorry, too many clients already', { code: '53300', severity: 'FATAL' })],
    ['refused', 'connection', error('database "x" does not exist', { code: '3D000', severity: 'ВАЖНО' })],
    ['refused', 'connection', error('the database system is starting up', { code: '57P03' })],
    ['refused', 'connection', error('Too many connections', { code: 'ER_CON_COUNT_ERROR', errno: 1040 })],
    ['refused', 'connection', error('Pool does Not have online node.', { code: 'POOL_NONEONLINE' })],
    ['other', 'other', error('Cannot use a pool after calling end on the pool')],
    ['other', 'other', error('Pool is closed.')],
    ['other', 'other', error('Driver not Connected')],
    ['other', 'other', error('of the hook', { code: 'ERR_INVALID_ARG' })],
    ['other', 'other', 'a text'],
    ['other', 'other', undefined],
  ])('is %s, of the class %s, for %s', (reason, errorClass, value) => {
    expect(acquisitionFailureOf(value)).toEqual({ reason, errorClass });
  });

  it.each(['28P01', '28000'])('is refused for a log-in that fails with %s', (code) => {
    expect(acquisitionFailureOf(error('no', { code, severity: 'FATAL' })).reason).toBe('refused');
  });

  it.each([1044, 1045, 1049, 1130, 1203, 1226])('is refused for errno %d of MySQL', (errno) => {
    expect(acquisitionFailureOf(error('no', { code: 'ER_X', errno })).reason).toBe('refused');
  });

  it('is other for an error that cannot be read', () => {
    const hostile = new Proxy(new Error('hostile'), {
      get: () => {
        throw new Error('of the error');
      },
    });
    expect(acquisitionFailureOf(hostile)).toEqual({ reason: 'other', errorClass: 'other' });
  });
});
