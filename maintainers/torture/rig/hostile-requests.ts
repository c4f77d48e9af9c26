/** Chooses by a seed, so that a run can be repeated. */
export class Chance {
  constructor(private state: number) {}

  /** From 0 to 1. */
  next(): number {
    // Marsaglia's xorshift.
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) / 2 ** 32;
  }

  of<T>(values: readonly T[]): T {
    return values[Math.floor(this.next() * values.length)]!;
  }

  upTo(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}

const UUID = '018f4e3a-0000-7000-8000-000000000000';
const cursorOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const texts = (chance: Chance): readonly string[] => [
  '',
  ' ',
  '\u0000',
  '%00',
  '%',
  '%ff',
  '%ud800',
  '..%2f..%2fetc%2fpasswd',
  "' OR 1=1; DROP TABLE orders --",
  '__proto__',
  'constructor',
  UUID,
  'A'.repeat(chance.upTo(20_000)),
  cursorOf(['0000-01-01T00:00:00.000000Z', UUID]),
  cursorOf(['294277-01-01T00:00:00Z', UUID]),
  cursorOf([null, UUID]),
  cursorOf({ a: 1 }),
  '-1',
  '1e309',
  'NaN',
  '\ud800',
  '\u202e',
];

const paths = [
  '/api/v1/orders',
  '/api/v1/orders/%',
  '/api/v1/orders/%/cancel',
  '/api/v1/orders/export?after=%',
  '/api/v1/orders?cursor=%&limit=%',
  '/api/v1/orders?status=%',
  '/api/v1/products?cursor=%',
  '/api/v1/products/%',
  '/api/v1/products/%/restock',
  '/health/%',
  '/docs/%',
  '/%',
  '*',
  'http://other.example/%',
];

const bodies = (text: string): readonly string[] => [
  '',
  '{',
  '[]',
  'null',
  '"text"',
  '{"lines":null}',
  '{"lines":[]}',
  `{"lines":[{"sku":${JSON.stringify(text)},"quantity":1}]}`,
  '{"lines":[{"sku":"SKU-0001","quantity":1e400}]}',
  '{"lines":[{"sku":"SKU-0001","quantity":-1}]}',
  '{"lines":[{"sku":"SKU-0001","quantity":9007199254740993}]}',
  '{"lines":[{"sku":"SKU-0001","quantity":1},{"sku":"SKU-0001","quantity":1}]}',
  '{"__proto__":{"isAdmin":true},"lines":[]}',
  '{"constructor":{"prototype":{"a":1}}}',
  `{"name":${JSON.stringify(text)},"price":{"amount":1,"currency":"EUR"}}`,
  '{"name":"a\\u0000b","price":{"amount":1,"currency":"EUR"}}',
  '{"name":"\\ud800","price":{"amount":1,"currency":"EUR"}}',
  '{"name":"\u00ff\u00fe","price":{"amount":1e99,"currency":"\\u0000"}}',
  '{"quantity":0.5}',
  '{"quantity":"1"}',
  '['.repeat(20_000),
  `{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}`,
  'x'.repeat(70_000),
];

const tokens = (valid: string): readonly string[] => [
  `Bearer ${valid}`,
  `Bearer ${valid}`,
  `Bearer ${valid}`,
  '',
  'Bearer',
  'Bearer a.b.c',
  `Bearer ${valid.slice(0, -3)}AAA`,
  `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${valid.split('.')[1]}.`,
  'Basic YTpi',
  `Bearer ${'x'.repeat(9_000)}`,
];

const extraHeaders = [
  [],
  [],
  [],
  ['Content-Type: application/json'],
  ['Content-Type: text/plain'],
  ['Content-Type: application/json; charset=utf-16'],
  ['Content-Type: application/json', 'Content-Encoding: gzip'],
  ['Transfer-Encoding: chunked', 'Content-Length: 5'],
  ['Transfer-Encoding: chunked, identity'],
  ['Content-Length: 1', 'Content-Length: 2'],
  ['Content-Length: -1'],
  ['Host: other.example'],
  ['Expect: something'],
  ['Idempotency-Key: \u0001'],
  ['X-Request-Id: a b\tc'],
  ['Upgrade: websocket', 'Connection: Upgrade'],
  ['Range: bytes=0-99999999999'],
  ['Bad Header: 1'],
  [`X-Large: ${'x'.repeat(17_000)}`],
];

const methods = [
  'GET',
  'GET',
  'POST',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'get',
  'GE T',
];

/** The bytes of a request that no honest client sends; complete, so that there is a response. */
export function hostileRequest(chance: Chance, validToken: string): string {
  const text = chance.of(texts(chance));
  const path = chance.of(paths).replaceAll('%', () => (chance.next() < 0.7 ? encoded(text) : text));
  const body = chance.of(bodies(text));
  const authorization = chance.of(tokens(validToken));
  const headers = [
    `${chance.of(methods)} ${path} HTTP/${chance.of(['1.1', '1.1', '1.1', '1.1', '1.0', '2.0', '9.9'])}`,
    ...(chance.next() < 0.97 ? ['Host: 127.0.0.1'] : []),
    ...(authorization ? [`Authorization: ${authorization}`] : []),
    ...(chance.next() < 0.5 ? [`Idempotency-Key: key-${chance.upTo(50)}`] : []),
    ...chance.of(extraHeaders),
    ...(body !== '' && chance.next() < 0.9
      ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]
      : []),
    'Connection: close',
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}
