import { RunningService } from '../support/running-service';

describe('a service with SEED_DATA=true and an empty database', () => {
  it('has products to order, and logs that it seeded them', async () => {
    const service = await RunningService.start({ SEED_DATA: 'true', LOG_LEVEL: 'info' });
    const { body } = await service.request<{ items: unknown[] }>('/api/v1/products');
    expect(body.items.length).toBeGreaterThan(0);
    expect(service.log.lines.map(({ msg }) => msg)).toContain('seeded the catalogue');
    await service.stop();
  });
});
