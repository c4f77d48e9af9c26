import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { EntityManager } from 'typeorm';
import type { StaleVersion } from '../../../domain/ordering/ordering.errors';
import { Product } from '../../../domain/ordering/product';
import type { ProductRepository } from '../../../domain/ordering/product.repository';
import { anyOf } from '../any-of';
import { asNumber } from '../columns';
import { violatesUnique } from '../driver-errors';
import { statement } from '../statement';
import { restoreMoney } from '../restore-money';
import { ProductEntity, type ProductRow } from './ordering.entity';

interface StoredProduct {
  sku: string;
  name: string;
  price_amount: number;
  price_currency: string;
  stock: number;
  version: number;
}

// Constants: a statement that is put together for each call is a new string each time.

const selectForUpdate = `
  SELECT sku, name, ${asNumber('price_amount')}, price_currency, ${asNumber('stock')}, version
    FROM products WHERE sku ${anyOf('$1', 'text')} ORDER BY sku FOR UPDATE`;

/**
 * The last condition changes nothing about what is updated: it lets PostgreSQL find the rows by the index in a plan for all
 * lists.
 */
const updateProducts = `
  UPDATE products SET name = new.name, price_amount = new.amount, price_currency = new.currency,
         stock = new.stock, version = new.version
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::integer[])
         AS new (sku, name, amount, currency, stock, version)
   WHERE products.sku = new.sku AND products.version = new.version - 1 AND products.sku ${anyOf('$1', 'text')}`;

/** Plain SQL on the path of placing an order: TypeORM's builders take as much CPU there as all the rest. */
export class TypeOrmProductRepository implements ProductRepository {
  constructor(private readonly manager: EntityManager) {}

  findForUpdate(skus: readonly string[]): ResultAsync<Product[], never> {
    const found = statement<StoredProduct[]>(this.manager, selectForUpdate, [skus]);
    return new ResultAsync(found.then((rows) => ok(rows.map(toProduct))));
  }

  save(products: readonly Product[]): ResultAsync<Product[], StaleVersion> {
    return new ResultAsync(this.write(products));
  }

  private async write(products: readonly Product[]): Promise<Result<Product[], StaleVersion>> {
    const stored = products.map((product) => Product.restore({ ...product, version: product.version + 1 }));
    const created = stored.filter(({ version }) => version === 1);
    const changed = stored.filter(({ version }) => version > 1);
    if (created[0] && !(await this.insert(created))) return err(staleVersionOf(created[0]));
    if (changed[0] && !(await this.update(changed))) return err(staleVersionOf(changed[0]));
    return ok(stored);
  }

  /** @returns false when one of them exists */
  private async insert(products: readonly Product[]): Promise<boolean> {
    try {
      await this.manager.insert(ProductEntity, products.map(toRow));
      return true;
    } catch (error) {
      if (violatesUnique(error, 'products_pkey')) return false;
      throw error;
    }
  }

  /**
   * One statement for all products.
   * @returns false when one of them has another version: that row is not updated, and so the count is too small
   */
  private async update(products: readonly Product[]): Promise<boolean> {
    const [, affected] = await statement<[unknown[], number]>(this.manager, updateProducts, [
      products.map(({ sku }) => sku),
      products.map(({ name }) => name),
      products.map(({ price }) => price.amount),
      products.map(({ price }) => price.currency),
      products.map(({ stock }) => stock),
      products.map(({ version }) => version),
    ]);
    return affected === products.length;
  }
}

const staleVersionOf = ({ sku }: Product): StaleVersion => ({ kind: 'stale-version', of: 'product', id: sku });

function toProduct({ sku, name, price_amount, price_currency, stock, version }: StoredProduct): Product {
  return Product.restore({ sku, name, price: restoreMoney(price_amount, price_currency), stock, version });
}

function toRow({ sku, name, price, stock, version }: Product): ProductRow {
  return { sku, name, priceAmount: price.amount, priceCurrency: price.currency, stock, version };
}
