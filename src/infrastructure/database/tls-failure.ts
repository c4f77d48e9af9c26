/** OpenSSL's own words, in the message that Node makes of them: number, library, function, reason. */
const OPENSSL = /\berror:[\dA-F]+:([^:]+):[^:]*:([^:\n]+)/;

/** Records that were cut off or damaged on their way. */
const INTERRUPTION = /unexpected eof|bad record mac|alert (?:internal error|close notify|user cancell?ed|decode error)/;

/** What a reason means and what would be right, the first that matches. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [
    /alert unknown ca/,
    'the server does not trust the client certificate: use one that an authority in its ssl_ca_file has signed',
  ],
  [/alert certificate expired/, 'the client certificate has expired, by the clock of the server: renew it'],
  [/alert certificate revoked/, 'the client certificate has been revoked: use another one'],
  [/alert .*certificate/, 'the server rejects the client certificate: use one that is made for clients, and valid'],
  [
    /key values mismatch/,
    'the key of sslkey does not belong to the certificate of sslcert: use the one it was made with',
  ],
  [/alert (?:protocol version|handshake failure)|unsupported protocol/, 'both sides have no version of TLS in common'],
  [/wrong version number|unknown protocol/, 'what responds does not speak TLS'],
  [INTERRUPTION, 'the encrypted connection was interrupted'],
];

/**
 * Why TLS has failed, if OpenSSL on this side or a message of the other side says so; undefined for everything else. Node
 * reports the same reason as `ERR_SSL_…`, `ERR_OSSL_…` or `EPROTO`, depending on the version of TLS.
 */
export function tlsFailureOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  const reason = opensslReasonOf(error);
  if (reason === undefined) return undefined;
  const meaning = MEANINGS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'TLS does not work';
  return `${meaning} (${reason.trim()}${typeof code === 'string' && code !== 'EPROTO' ? `, ${code}` : ''})`;
}

/** Whether TLS has failed in a way that another attempt may not. */
export const isInterruption = (error: unknown): boolean => INTERRUPTION.test(opensslReasonOf(error) ?? '');

function opensslReasonOf(error: unknown): string | undefined {
  return OPENSSL.exec(String((error as { message?: unknown }).message))?.[2];
}
