import { DevelopmentIssuer } from '../../src/infrastructure/auth/development-issuer';
import { RunningService } from '../support/running-service';

it('a service that is already listening is not ready before its start is complete', async () => {
  const publish = jest.spyOn(DevelopmentIssuer.prototype, 'publish');
  const statuses: number[] = [];
  publish.mockImplementationOnce(async (port) => {
    statuses.push((await fetch(`http://127.0.0.1:${port}/health/ready`)).status);
    return () => Promise.resolve();
  });
  const service = await RunningService.start();
  try {
    statuses.push((await service.request('/health/ready')).status);
    expect(statuses).toEqual([503, 200]);
  } finally {
    publish.mockRestore();
    await service.stop();
  }
});
