import { Lifecycle } from '../../../src/infrastructure/system/lifecycle';

describe('a service', () => {
  it('wants work once it has started, until it begins to stop', () => {
    const lifecycle = new Lifecycle();
    expect(lifecycle).toMatchObject({ isRunning: false, isStopping: false });
    lifecycle.markStarted();
    expect(lifecycle).toMatchObject({ isRunning: true, isStopping: false });
    lifecycle.markStopping();
    expect(lifecycle).toMatchObject({ isRunning: false, isStopping: true });
  });

  it('that is stopped while it starts does not want work when it has started', () => {
    const lifecycle = new Lifecycle();
    lifecycle.markStopping();
    lifecycle.markStarted();
    expect(lifecycle).toMatchObject({ isRunning: false, isStopping: true });
  });
});
