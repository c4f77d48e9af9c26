import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
import { decodeCursor, toPage, type InvalidCursor, type Page } from '../shared/page';
import { OrderingQueries, type ProductPosition } from './ordering.queries';
import type { ProductView } from './ordering.views';

export interface ListProductsQuery {
  readonly cursor?: string;
  readonly limit: number;
}

export type ListProductsError = InvalidCursor;

/** The catalogue, by SKU. */
@Injectable()
export class ListProducts {
  constructor(private readonly queries: OrderingQueries) {}

  execute({ cursor, limit }: ListProductsQuery): ResultAsync<Page<ProductView>, ListProductsError> {
    return decodeCursor(cursor, isProductPosition)
      .asyncAndThen((after) => this.queries.listProducts({ after, limit: limit + 1 }))
      .map((products) => toPage(products, limit));
  }
}

/** JavaScript accepts a NUL character in a string, PostgreSQL does not. */
function isProductPosition(parts: readonly string[]): parts is ProductPosition {
  return parts.length === 1 && !parts[0]?.includes('\0');
}
