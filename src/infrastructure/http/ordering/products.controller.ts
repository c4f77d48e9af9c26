import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { ResultAsync } from 'neverthrow';
import { ListProducts, type ListProductsError } from '../../../application/ordering/list-products';
import type { ProductView } from '../../../application/ordering/ordering.views';
import { PutProduct, type PutProductError } from '../../../application/ordering/put-product';
import { RestockProduct, type RestockProductError } from '../../../application/ordering/restock-product';
import type { Page } from '../../../application/shared/page';
import { RequireScope } from '../../auth/auth.decorators';
import { ApiProblems } from '../api-problems';
import { Problems } from '../problem-table';
import { orderingProblems } from './ordering.problems';
import { CATALOGUE_SCOPE } from './ordering.scopes';
import {
  listProductsSchema,
  productPageSchema,
  productSchema,
  putProductSchema,
  restockProductSchema,
  skuSchema,
  type ListProductsRequest,
  type PutProductRequest,
  type RestockProductRequest,
} from './ordering.schemas';

@ApiTags('products')
@ApiBearerAuth()
@Problems(orderingProblems)
@Controller('api/v1/products')
export class ProductsController {
  constructor(
    private readonly listProducts: ListProducts,
    private readonly putProduct: PutProduct,
    private readonly restockProduct: RestockProduct,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List the catalogue by SKU' })
  @ApiOkResponse({ standardSchema: productPageSchema })
  @ApiProblems(orderingProblems, ['invalid-cursor'])
  list(
    @Query({ schema: listProductsSchema }) query: ListProductsRequest,
  ): ResultAsync<Page<ProductView>, ListProductsError> {
    return this.listProducts.execute(query);
  }

  @Put(':sku')
  @RequireScope(CATALOGUE_SCOPE)
  @ApiOperation({ summary: 'Add a product or change its name and price' })
  @ApiOkResponse({ standardSchema: productSchema, description: 'The changed product' })
  @ApiCreatedResponse({ standardSchema: productSchema, description: 'The new product, with nothing in stock' })
  @ApiProblems(orderingProblems, ['invalid-amount', 'invalid-currency', 'stale-version'], [403, 413, 414, 415])
  put(
    @Param('sku', { schema: skuSchema }) sku: string,
    @Body({ schema: putProductSchema }) body: PutProductRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ResultAsync<ProductView, PutProductError> {
    return this.putProduct.execute({ sku, ...body }).map(({ product, created }) => {
      if (created) void reply.code(201);
      return product;
    });
  }

  @Post(':sku/restock')
  @HttpCode(200)
  @RequireScope(CATALOGUE_SCOPE)
  @ApiOperation({ summary: 'Add units to the stock of a product' })
  @ApiOkResponse({ standardSchema: productSchema })
  @ApiProblems(
    orderingProblems,
    ['product-not-found', 'invalid-quantity', 'stock-too-large', 'stale-version'],
    [403, 413, 414, 415],
  )
  restock(
    @Param('sku', { schema: skuSchema }) sku: string,
    @Body({ schema: restockProductSchema }) { quantity }: RestockProductRequest,
  ): ResultAsync<ProductView, RestockProductError> {
    return this.restockProduct.execute({ sku, quantity });
  }
}
