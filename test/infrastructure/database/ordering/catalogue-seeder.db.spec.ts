import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { createDataSource } from '../../../../src/infrastructure/database/data-source';
import { CatalogueSeeder } from '../../../../src/infrastructure/database/ordering/catalogue-seeder';
import { ProductEntity } from '../../../../src/infrastructure/database/ordering/ordering.entity';
import { aConfiguration } from '../../../support/configuration';
import { createScratchDatabase } from '../../../support/scratch-database';

beforeAll(() => Logger.overrideLogger(false));

it('the seeder fills an empty catalogue, and leaves one with products alone', async () => {
  const database = await createScratchDatabase();
  const dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
  const products = dataSource.getRepository(ProductEntity);
  const start = (SEED_DATA: string) => new CatalogueSeeder(products, aConfiguration({ SEED_DATA })).onModuleInit();

  await start('false');
  expect(await products.count()).toBe(0);
  await start('true');
  const seeded = await products.count();
  expect(seeded).toBeGreaterThan(0);

  const name = randomUUID();
  await dataSource.query('UPDATE products SET name = $1', [name]);
  await start('true');
  expect(await products.countBy({ name })).toBe(seeded);
  expect(await products.count()).toBe(seeded);

  await dataSource.destroy();
  await database.drop();
});
