import type { DataSource } from 'typeorm';
import { ProductEntity } from './ordering.entity';

const price = (priceAmount: number) => ({ priceAmount, priceCurrency: 'EUR', version: 1 });

const catalogue = [
  { sku: 'TEA-GREEN-100', name: 'Green tea, 100 g', stock: 500, ...price(799) },
  { sku: 'TEA-BLACK-100', name: 'Black tea, 100 g', stock: 500, ...price(649) },
  { sku: 'POT-CAST-IRON', name: 'Cast iron pot, 0.8 l', stock: 40, ...price(5_490) },
  { sku: 'CUP-PORCELAIN', name: 'Porcelain cup, 0.2 l', stock: 200, ...price(1_250) },
  { sku: 'FILTER-PAPER-80', name: 'Paper filters, 80 pieces', stock: 300, ...price(349) },
];

/** Something to order on the first start. A catalogue that has products, any products, is left alone. */
export async function seedCatalogue(dataSource: DataSource): Promise<number> {
  if (await dataSource.manager.exists(ProductEntity)) return 0;
  await dataSource.createQueryBuilder().insert().into(ProductEntity).values(catalogue).orIgnore().execute();
  return catalogue.length;
}
