import { NOT_COMPARED, parametersHash } from '../../../src/query-timing/scopes/parameter-hash';

describe('the hash of parameters', () => {
  const hash = (...parameters: unknown[]) => parametersHash('SELECT 1', parameters);

  it('is the same for equal parameters, and another one for different ones', () => {
    const lists = [[1], [2], [1.5], ['1'], [1, 2], [2, 1], [null], [true], [false], ['ab', 'c'], ['a', 'bc'], ['']];
    const more = [[10n], [new Date(1)], [new Date(2)], [NaN], [-1], ['x'.repeat(500)], [undefined, 1]];
    const hashes = [...lists, ...more].map((list) => hash(...list));
    expect(new Set(hashes).size).toBe(hashes.length);
    expect([...lists, ...more].map((list) => hash(...list))).toEqual(hashes);
    expect(hashes.every((one) => Number.isSafeInteger(one) && one > 0)).toBe(true);
  });

  it('is that of the text without parameters, whose literals differ', () => {
    expect(parametersHash('SELECT 1', [])).toBe(parametersHash('SELECT 1', undefined));
    expect(parametersHash('SELECT 1', [])).not.toBe(parametersHash('SELECT 2', []));
  });

  it('is that of a single value, and not computed for named ones', () => {
    expect(parametersHash('SELECT ?', 1)).not.toBe(parametersHash('SELECT ?', 2));
    expect(parametersHash('SELECT :id', { id: 1 })).toBe(NOT_COMPARED);
  });

  it('is not computed for values that are long, compound or many, and runs no code of them', () => {
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('was read');
        },
      },
    );
    for (const value of [{}, [1], Buffer.from('a'), 'x'.repeat(501), 2n ** 70n, Symbol('a'), trap, () => 1]) {
      expect(hash(value)).toBe(NOT_COMPARED);
    }
    expect(hash(...Array.from({ length: 21 }, () => 1))).toBe(NOT_COMPARED);
    expect(parametersHash('x'.repeat(501), undefined)).toBe(NOT_COMPARED);
  });
});
