import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { CONFIGURATION, type Configuration } from '../../config/configuration';
import { ProductEntity, type ProductRow } from './ordering.entity';

const price = (priceAmount: number) => ({ priceAmount, priceCurrency: 'EUR', version: 1 });

const catalogue: readonly ProductRow[] = [
  { sku: 'TEA-GREEN-100', name: 'Green tea, 100 g', stock: 500, ...price(799) },
  { sku: 'TEA-BLACK-100', name: 'Black tea, 100 g', stock: 500, ...price(649) },
  { sku: 'POT-CAST-IRON', name: 'Cast iron pot, 0.8 l', stock: 40, ...price(5_490) },
  { sku: 'CUP-PORCELAIN', name: 'Porcelain cup, 0.2 l', stock: 200, ...price(1_250) },
  { sku: 'FILTER-PAPER-80', name: 'Paper filters, 80 pieces', stock: 300, ...price(349) },
];

/** Fills an empty catalogue when the service starts with SEED_DATA, so that there is something to order. */
@Injectable()
export class CatalogueSeeder implements OnModuleInit {
  private readonly logger = new Logger(CatalogueSeeder.name);

  constructor(
    @InjectRepository(ProductEntity) private readonly products: Repository<ProductRow>,
    @Inject(CONFIGURATION) private readonly configuration: Pick<Configuration, 'database'>,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.configuration.database.seed && (await this.seed())) this.logger.log('seeded the catalogue');
  }

  /** @returns false when there are products already; they are left alone */
  private async seed(): Promise<boolean> {
    if (await this.products.exists()) return false;
    await this.products
      .createQueryBuilder()
      .insert()
      .values([...catalogue])
      .orIgnore()
      .execute();
    return true;
  }
}
