import { logPosition } from '../../../../src/infrastructure/database/replica/log-position';

describe('a position in the write-ahead log', () => {
  it('is compared as a number of 64 bits', () => {
    expect(logPosition('0/0')).toBe(0n);
    expect(logPosition('16/B374D848')).toBe(0x16b374d848n);
    expect(logPosition('A/0') > logPosition('9/FFFFFFFF')).toBe(true);
  });

  it('at the beginning of a page is the same before and after the header of the page', () => {
    expect(logPosition('0/3002018')).toBe(logPosition('0/3002000'));
    expect(logPosition('0/3002020')).toBeGreaterThan(logPosition('0/3002018'));
  });
});
