import { inspect } from 'node:util';
import { printable, printableItems } from '../../../src/query-timing/model/printable';

const fail = (): never => {
  throw new Error('code of the value was run');
};

const text = (value: unknown) => printable(value, 100);

class Money {
  constructor(readonly amount: number) {}
  get formatted(): string {
    return fail();
  }
  toPostgres = fail;
  toJSON = fail;
  toString = fail;
  [inspect.custom] = fail;
}

describe('a foreign value as a text', () => {
  it.each<[string, unknown, string]>([
    ['a text', 'shown', 'shown'],
    ['a number', 7, '7'],
    ['NaN', Number.NaN, 'NaN'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['true', true, 'true'],
    ['a BigInt', 2n ** 64n, '18446744073709551616'],
    ['a BigInt that would take seconds to write', 2n ** 10_000_000n, '<bigint of more than 256 bits>'],
    ['a symbol', Symbol('a'), 'Symbol(a)'],
    ['a symbol without a description', Symbol(), 'Symbol()'],
    ['a function', function named() {}, '<function named>'],
    ['a class', Money, '<function Money>'],
    ['an object', { a: 1, b: ['x', null] }, '{"a":1,"b":["x",null]}'],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    ['a deep object', { a: { b: { c: { d: 1 } } } }, '{"a":{"b":{"c":{…}}}}'],
    ['a deep list', [[[[[1]]]]], '[[[[…]]]]'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), 'Invalid Date'],
    ['a Buffer', Buffer.alloc(20), '<Buffer 20 bytes>'],
    ['a typed array', new Float64Array(4), '<Float64Array 32 bytes>'],
    ['an ArrayBuffer', new ArrayBuffer(5), '<ArrayBuffer 5 bytes>'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(5), '<SharedArrayBuffer 5 bytes>'],
    ['a DataView', new DataView(new ArrayBuffer(8), 2), '<DataView 6 bytes>'],
    ['a Map', new Map([['secret', 1]]), '<Map of 1>'],
    ['a Set', new Set(['secret']), '<Set of 1>'],
    ['a regular expression', /a+/g, '/a+/'],
    ['an error, without its message', new TypeError('secret'), '<TypeError>'],
    ['a promise', Promise.resolve(1), '<Promise>'],
    ['a text in an object', new String('x'), '<String>'],
    ['an instance of a class in another object', { price: new Money(5) }, '{"price":<Money>}'],
    ['a stream', new ReadableStream(), 'ReadableStream {}'],
  ])('is readable: %s', (_, value, expected) => {
    expect(text(value)).toBe(expected);
  });

  it('never runs code of the value', () => {
    expect(text(new Money(5))).toMatch(/^Money \{"amount":5,"toPostgres":<function/);
    expect(text({ toJSON: fail, toPostgres: fail })).toMatch(/^\{"toJSON":<function/);
    expect(text(Object.defineProperty({}, 'a', { get: fail, enumerable: true }))).toBe('{"a":<getter>}');
    expect(text(Object.defineProperty([1], 0, { get: fail }))).toBe('[<getter>]');
    expect(text(new Proxy({ a: 1 }, { get: fail, ownKeys: fail, getPrototypeOf: fail }))).toBe('<Proxy>');
    expect(text(new Proxy([], { get: fail }))).toBe('<Proxy>');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(text(proxy)).toBe('<Proxy>');
    expect(text({ a: proxy })).toBe('{"a":<Proxy>}');
    expect(text(Object.create(new Proxy({}, { get: fail })) as object)).toBe('{}');
    expect(text(Object.defineProperty(Buffer.from('x'), 'byteLength', { get: fail }))).toBe('<Buffer 1 bytes>');
    expect(
      text(
        new (class Loud extends Date {
          override toISOString = fail;
          override getTime = fail;
        })(0),
      ),
    ).toBe('1970-01-01T00:00:00.000Z');
    expect(
      text(
        new (class Loud extends Map {
          override get size() {
            return fail();
          }
        })(),
      ),
    ).toBe('<Map of 0>');
  });

  it('ends when a value contains itself', () => {
    const circular: Record<string, unknown> = { a: 1 };
    circular['self'] = circular;
    const list: unknown[] = [circular];
    list.push(list);
    expect(text(circular)).toBe('{"a":1,"self":<circular>}');
    expect(text(list)).toBe('[{"a":1,"self":<circular>},<circular>]');
  });

  it('is bounded, and says how much is left out of a list', () => {
    expect(text('x'.repeat(101))).toBe(`${'x'.repeat(100)}…`);
    expect(text({ a: 'x'.repeat(1_000_000) })).toHaveLength(101);
    expect(text(Array.from({ length: 1000 }, (_, i) => i))).toBe('[0,1,2,3,4,5,6,7,8,9,… 990 more]');
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, 0]));
    expect(text(wide)).toBe('{"k0":0,"k1":0,"k2":0,"k3":0,"k4":0,"k5":0,"k6":0,"k7":0,"k8":0,"k9":0,… 990 more}');
    expect(text({ ['x'.repeat(1000)]: 1 })).toHaveLength(101);
    expect(text(Symbol('x'.repeat(1000)))).toHaveLength('Symbol()'.length + 41);
  });

  it('has the items of a list, at most n of them', () => {
    expect(printableItems(undefined, 2, 100)).toEqual([]);
    expect(printableItems([1, 'a'], 2, 100)).toEqual(['1', 'a']);
    expect(printableItems([1, 2, 3, 4], 2, 100)).toEqual(['1', '2', '… 2 more']);
    expect(printableItems({ a: 1 }, 2, 100)).toEqual(['{"a":1}']);
    expect(printableItems(new Proxy([1], { get: fail }), 2, 100)).toEqual(['<Proxy>']);
    expect(printableItems(Object.defineProperty([1], 0, { get: fail }), 2, 100)).toEqual(['<getter>']);
    expect(printableItems(new Array(4_000_000_000), 1, 100)).toEqual(['undefined', '… 3999999999 more']);
  });

  it.each<[string, (size: number) => unknown]>([
    ['buffers', (size) => Buffer.alloc(size)],
    ['typed arrays', (size) => new Uint32Array(size / 4)],
    ['texts', (size) => Buffer.alloc(size, 'x').toString('latin1')],
    ['lists', (size) => new Array(size).fill(1)],
    ['texts in objects', (size) => ({ a: Buffer.alloc(size, 'x').toString('latin1') })],
    ['Maps', (size) => new Map(Array.from({ length: size / 100 }, (_, i) => [i, i]))],
  ])('takes no longer for large %s than for small ones', (_, make) => {
    const [small, large] = [make(2000), make(20_000_000)];
    const fastest = (value: unknown) => {
      let best = Infinity;
      for (let i = 0; i < 200; i++) {
        const start = performance.now();
        text(value);
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    fastest(small);
    expect(fastest(large)).toBeLessThan(20 * fastest(small) + 0.05);
  });
});
