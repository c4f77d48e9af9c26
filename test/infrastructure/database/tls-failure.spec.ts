import { reasonOfFailure } from '../../../src/infrastructure/database/failure-reason';
import { isInterruption, tlsFailureOf } from '../../../src/infrastructure/database/tls-failure';

const openssl = (reason: string, code: string) =>
  Object.assign(
    new Error(`write ${code} 809C:error:0A000418:SSL routines:ssl3_read_bytes:${reason}:../rec.c:1601:SSL\n`),
    {
      code,
    },
  );

describe('a failure of TLS', () => {
  it.each([
    [
      'tlsv1 alert unknown ca',
      'EPROTO',
      /^the server does not trust the client certificate: .*\(tlsv1 alert unknown ca\)$/,
    ],
    [
      'sslv3 alert certificate revoked',
      'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED',
      /^the client certificate has been revoked/,
    ],
    ['sslv3 alert bad certificate', 'EPROTO', /^the server rejects the client certificate/],
    ['wrong version number', 'EPROTO', /^what responds does not speak TLS/],
    [
      'ee key too small',
      'ERR_SSL_EE_KEY_TOO_SMALL',
      /^TLS does not work \(ee key too small, ERR_SSL_EE_KEY_TOO_SMALL\)$/,
    ],
  ])('%s as %s is one line that says what would be right', (reason, code, expected) => {
    expect(tlsFailureOf(openssl(reason, code))).toMatch(expected);
  });

  it('is nothing else', () => {
    for (const error of [
      new Error('read ECONNRESET'),
      Object.assign(new Error('write EPROTO'), { code: 'EPROTO' }),
      {},
    ])
      expect(tlsFailureOf(error)).toBeUndefined();
  });
});

describe('another attempt may succeed', () => {
  it.each([
    ['unexpected eof while reading', 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING'],
    ['decryption failed or bad record mac', 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'],
    ['tlsv1 alert internal error', 'EPROTO'],
  ])('after "%s" (%s), which is said in words', (reason, code) => {
    expect(isInterruption(openssl(reason, code))).toBe(true);
    expect(tlsFailureOf(openssl(reason, code))).toMatch(/^the encrypted connection was interrupted \(/);
  });

  it('and not after anything that stays as it is', () => {
    for (const error of [openssl('tlsv1 alert unknown ca', 'EPROTO'), new Error('unexpected eof'), {}])
      expect(isInterruption(error)).toBe(false);
  });
});

describe('the reason of a failure to connect', () => {
  it.each([
    [openssl('ee key too small', 'EPROTO'), 'TLS does not work (ee key too small)'],
    [new Error('two\nlines \n'), 'two lines'],
    [
      new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), new Error('other')]),
      'connect ECONNREFUSED ::1:5432',
    ],
    ['a text', 'a text'],
  ])('%s is one line', (error, reason) => {
    expect(reasonOfFailure(error)).toBe(reason);
  });
});
