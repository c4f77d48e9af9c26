import type { ResultAsync } from 'neverthrow';
import type { StaleVersion } from './ordering.errors';
import type { Product } from './product';

/** Port: the products, inside one transaction. */
export interface ProductRepository {
  /**
   * Locks the products until the transaction ends, always in the order of their SKUs: two orders for the same products
   * wait for each other and never deadlock. @returns those that exist
   */
  findForUpdate(skus: readonly string[]): ResultAsync<Product[], never>;
  /**
   * Stores all of the products, or none when one of them has changed since it was read.
   * @returns the products with their new versions
   */
  save(products: readonly Product[]): ResultAsync<Product[], StaleVersion>;
}
