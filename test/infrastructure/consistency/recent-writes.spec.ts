import { RecentWrites } from '../../../src/infrastructure/consistency/recent-writes';

const aRequest = (writes: RecentWrites, caller?: string) => {
  const request = { requestId: 'one' };
  writes.allowOld(request, () => caller);
  return request;
};

describe('recent writes', () => {
  it('let no request see what is older than a write of its caller', () => {
    const writes = new RecentWrites();
    const before = performance.now();
    writes.note('alice');
    const [alice, bob] = [aRequest(writes, 'alice'), aRequest(writes, 'bob')];
    expect([writes.maySee(alice, before), writes.maySee(bob, before)]).toEqual([false, true]);
    while (performance.now() <= before + 1);
    expect(writes.maySee(alice, performance.now())).toBe(true);
  });

  it('count again with each write', () => {
    const writes = new RecentWrites();
    writes.note('alice');
    const between = performance.now();
    writes.note('alice');
    expect(writes.maySee(aRequest(writes, 'alice'), between)).toBe(false);
  });

  it('let no request see what is old that has not been allowed to', () => {
    const writes = new RecentWrites();
    expect(writes.maySee(undefined, 0)).toBe(false);
    expect(writes.maySee({ requestId: 'one' }, 0)).toBe(false);
    expect(writes.maySee(aRequest(writes), 0)).toBe(true);
  });

  it('of more callers than can be remembered count for all callers', () => {
    const writes = new RecentWrites();
    const before = performance.now();
    for (let caller = 0; caller <= 10_000; caller += 1) writes.note(`caller ${caller}`);
    expect(writes.maySee(aRequest(writes, 'bob'), before)).toBe(false);
    while (performance.now() <= before + 1);
    expect(writes.maySee(aRequest(writes, 'caller 1'), performance.now())).toBe(true);
  });

  it('of the time of what is read count as not seen, and are not forgotten', () => {
    const writes = new RecentWrites();
    const now = jest.spyOn(performance, 'now').mockReturnValue(7);
    writes.note('alice');
    now.mockRestore();
    writes.forgetBefore(7);
    expect([6, 7, 8].map((asOf) => writes.maySee(aRequest(writes, 'alice'), asOf))).toEqual([false, false, true]);
  });

  it('are forgotten when all of it can be seen', () => {
    const writes = new RecentWrites();
    const before = performance.now();
    writes.note('alice');
    writes.forgetBefore(before);
    expect(writes.maySee(aRequest(writes, 'alice'), before)).toBe(false);
    writes.forgetBefore(performance.now() + 1);
    expect(writes.maySee(aRequest(writes, 'alice'), before)).toBe(true);
  });
});
