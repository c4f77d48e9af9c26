import { MAX_QUANTITY, positiveQuantity } from '../../../src/domain/shared/quantity';

describe('a quantity', () => {
  it.each([1, 2, MAX_QUANTITY])('of %d is valid', (quantity) => {
    expect(positiveQuantity(quantity)._unsafeUnwrap()).toBe(quantity);
  });

  it.each([0, -1, 0.5, 1.0000001, MAX_QUANTITY + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    'of %d is invalid',
    (quantity) => {
      expect(positiveQuantity(quantity)._unsafeUnwrapErr()).toEqual({ kind: 'invalid-quantity', quantity });
    },
  );
});
