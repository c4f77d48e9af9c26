import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mix, requestNames } from '../../tools/demo/mix';
import { readServiceCounts } from '../../tools/demo/service-metrics';
import { Shop } from '../../tools/demo/shop';
import { sumOfData } from '../../tools/demo/statement-counts';
import { RunningService } from '../support/running-service';

describe('sample requests', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  it('are sent until the service has counted the given number of statements', async () => {
    const before = sumOfData((await readServiceCounts(service.url)).queries);
    const args = [
      'tools/demo/main.ts',
      '--queries',
      '200',
      '--url',
      service.url,
      '--token',
      await service.token('demo'),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, ['--require', 'tsx/cjs', ...args]);
    expect(sumOfData((await readServiceCounts(service.url)).queries) - before).toBeGreaterThanOrEqual(200);
    expect(stdout).toMatch(/SELECT[^\n]*\d{2}/);
  }, 60_000);

  describe('the mix', () => {
    let shop: Shop;
    beforeAll(async () => {
      shop = new Shop(service.url, await service.token('another-customer'), 1);
      await shop.open();
    });
    afterAll(() => shop.close());

    /** No request deletes anything: the sweeper does so, at its own times. */
    const counted = async (): Promise<number> => {
      const { queries } = await readServiceCounts(service.url);
      return sumOfData(queries) - queries.DELETE;
    };

    it.each(requestNames)('knows how many statements it takes to %s', async (name) => {
      const before = await counted();
      await shop.prepare(name).send();
      expect((await counted()) - before).toBe(mix[name].statements);
    });
  });
});
