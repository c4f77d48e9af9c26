import { ReplayProgress } from '../../../../src/infrastructure/database/replica/replay-progress';

describe('the progress of a replica', () => {
  it('is the time of the latest position that it has replayed', () => {
    const progress = new ReplayProgress();
    for (const at of [1, 2, 3]) progress.note({ at, position: BigInt(at * 10) });
    expect([progress.advance(9n), progress.caughtUpTo]).toEqual([false, -Infinity]);
    expect([progress.advance(25n), progress.caughtUpTo]).toEqual([true, 2]);
    expect([progress.advance(25n), progress.caughtUpTo]).toEqual([false, 2]);
    expect([progress.advance(30n), progress.caughtUpTo]).toEqual([true, 3]);
  });

  it('goes on while the primary is idle', () => {
    const progress = new ReplayProgress();
    for (const at of [1, 2]) progress.note({ at, position: 10n });
    expect([progress.advance(10n), progress.caughtUpTo]).toEqual([true, 2]);
    progress.note({ at: 3, position: 10n });
    expect([progress.advance(10n), progress.caughtUpTo]).toEqual([true, 3]);
  });

  it('of a long lag is known less exactly, never wrongly, and with bounded memory', () => {
    const progress = new ReplayProgress();
    const count = 100_000;
    for (let at = 1; at <= count; at += 1) progress.note({ at, position: BigInt(at) });
    expect((progress as unknown as { samples: unknown[] }).samples.length).toBeLessThanOrEqual(1_000);
    expect([progress.advance(BigInt(count / 2)), progress.caughtUpTo <= count / 2]).toEqual([true, true]);
    expect([progress.advance(BigInt(count)), progress.caughtUpTo > count - 3]).toEqual([true, true]);
  });

  it('begins again with another server', () => {
    const progress = new ReplayProgress();
    progress.note({ at: 1, position: 10n });
    progress.advance(10n);
    progress.note({ at: 2, position: 20n });
    progress.reset();
    expect([progress.advance(20n), progress.caughtUpTo]).toEqual([false, -Infinity]);
  });
});
