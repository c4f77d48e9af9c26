import { tlsFailureOf } from '../../../src/infrastructure/database/tls-failure';

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
