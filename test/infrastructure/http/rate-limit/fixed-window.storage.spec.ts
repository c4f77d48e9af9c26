import { FixedWindowStorage } from '../../../../src/infrastructure/http/rate-limit/fixed-window.storage';

const WINDOW_MS = 60_000;
const LIMIT = 2;

describe('the fixed-window storage', () => {
  let storage: FixedWindowStorage;
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
    storage = new FixedWindowStorage();
  });
  afterEach(() => jest.useRealTimers());

  const hit = (caller: string) => storage.increment(caller, WINDOW_MS, LIMIT);

  it('blocks requests beyond the limit until the window ends', async () => {
    expect(await hit('a')).toEqual({ totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    expect(await hit('a')).toMatchObject({ totalHits: 2, isBlocked: false });
    jest.advanceTimersByTime(WINDOW_MS - 1);
    expect(await hit('a')).toEqual({ totalHits: 3, timeToExpire: 1, isBlocked: true, timeToBlockExpire: 1 });
    jest.advanceTimersByTime(1);
    expect(await hit('a')).toMatchObject({ totalHits: 1, timeToExpire: 60, isBlocked: false });
  });

  it.each([-1, 1])('does not notice that the clock is set by %s days', async (days) => {
    for (let count = 0; count < 3; count += 1) await hit('a');
    jest.setSystemTime(Date.now() + days * 86_400_000);
    expect(await hit('a')).toEqual({ totalHits: 4, timeToExpire: 60, isBlocked: true, timeToBlockExpire: 60 });
  });

  it('counts each caller separately', async () => {
    for (let count = 0; count < 3; count += 1) await hit('a');
    expect(await hit('b')).toMatchObject({ totalHits: 1, isBlocked: false });
  });

  it('drops expired windows, and the oldest when there are too many, which bounds memory', async () => {
    const windows = (storage as unknown as { windows: Map<string, unknown> }).windows;
    for (let caller = 0; caller < 100_010; caller += 1) await hit(`caller-${caller}`);
    expect(windows.size).toBe(100_000);
    expect(await hit('caller-100009')).toMatchObject({ totalHits: 2 });
    jest.advanceTimersByTime(WINDOW_MS);
    await hit('late');
    expect(windows.size).toBe(1);
  });
});
