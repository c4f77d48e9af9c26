import { textOf, type DriverError } from './driver-error';

const CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPROTO',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'PROTOCOL_ENQUEUE_AFTER_DESTROY',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ESOCKET',
  'ECONNCLOSED',
]);

/** OpenSSL, Node's TLS and its sockets, one that is written to after its end, and the handshake of mysql2. */
const CODE = /^(?:(?:ERR_(?:SSL|OSSL|TLS|SOCKET)|HANDSHAKE)_|ERR_STREAM_(?:DESTROYED|WRITE_AFTER_END)$)/;

/** Node's codes for a certificate that is not accepted: those of OpenSSL without `X509_V_ERR_`. */
const CERTIFICATE_CODE =
  /(?:^|_)(?:CERT|CRL)(?:_|$)|^(?:UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|DECODE_ISSUER_PUBLIC_KEY)|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/;

const MESSAGE =
  /connection (?:terminated|ended|was closed|is closed|lost)|closed state|not queryable|client (?:was closed|has encountered)|\bSSL connections?$/i;

/** Whether it is an error of the network, of name resolution, of TLS or of the operating system, by its code. */
export function hasConnectionCode({ code, syscall }: DriverError): boolean {
  const text = textOf(code);
  // Only the operating system names what it was called for; a code such as EPERM looks like a SQLSTATE.
  return (
    text !== '' && (typeof syscall === 'string' || CODES.has(text) || CODE.test(text) || CERTIFICATE_CODE.test(text))
  );
}

/** Of libpq, and so of pg-native, whose errors have a SQLSTATE only if the server has sent one. */
const LIBPQ_MESSAGE =
  /^(?:connection to server .*? failed: |could not (?:connect to server|translate host name|(?:receive data from|send data to) server)|server closed the connection|no connection to the server|SSL (?:SYSCALL )?error: )/s;

/** For clients that have no code. */
export const hasConnectionMessage = (message: string): boolean => MESSAGE.test(message) || LIBPQ_MESSAGE.test(message);
