import { randomUUID } from 'node:crypto';
import { createDataSource } from '../../../../src/infrastructure/database/data-source';
import { seedCatalogue } from '../../../../src/infrastructure/database/ordering/seed-catalogue';
import { aConfiguration } from '../../../support/configuration';
import { createScratchDatabase } from '../../../support/scratch-database';

it('the seeds fill an empty catalogue, and leave one alone that has products', async () => {
  const database = await createScratchDatabase();
  const dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
  expect(await seedCatalogue(dataSource)).toBeGreaterThan(0);
  await dataSource.query(`UPDATE products SET name = $1`, [randomUUID()]);
  expect(await seedCatalogue(dataSource)).toBe(0);
  await dataSource.destroy();
  await database.drop();
});
