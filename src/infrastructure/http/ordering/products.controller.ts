import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { ResultAsync } from 'neverthrow';
import { ListProducts, type ListProductsError } from '../../../application/ordering/list-products';
import type { ProductView } from '../../../application/ordering/ordering.views';
import { PutProduct, type PutProductError } from '../../../application/ordering/put-product';
import { RestockProduct, type RestockProductError } from '../../../application/ordering/restock-product';
import type { Page } from '../../../application/shared/page';
import type { Principal } from '../../../application/shared/principal';
import { RequireScope } from '../../auth/auth.decorators';
import { CurrentPrincipal } from '../../auth/request-principal';
import { ApiProblems } from '../api-problems';
import {
  ApiIdempotencyKey,
  idempotencyKeySchema,
  markReplayed,
  optionalIdempotencyKeySchema,
} from '../idempotency-key';
import { Problems } from '../problem-table';
import { RequestHeader } from '../request-header.decorator';
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
  @ApiIdempotencyKey({ required: false })
  @ApiOkResponse({ standardSchema: productSchema, description: 'The changed product' })
  @ApiCreatedResponse({ standardSchema: productSchema, description: 'The new product, with nothing in stock' })
  @ApiProblems(
    orderingProblems,
    ['invalid-amount', 'invalid-currency', 'stale-version', 'idempotency-key-reused'],
    [403, 413, 414, 415],
  )
  put(
    @CurrentPrincipal() { subject }: Principal,
    @RequestHeader('idempotency-key', { schema: optionalIdempotencyKeySchema }) idempotencyKey: string | undefined,
    @Param('sku', { schema: skuSchema }) sku: string,
    @Body({ schema: putProductSchema }) body: PutProductRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ResultAsync<ProductView, PutProductError> {
    return this.putProduct
      .execute({ customerId: subject, idempotencyKey, sku, ...body })
      .map(({ product, created, repeated }) => {
        markReplayed(reply, repeated);
        if (created) void reply.code(201);
        return product;
      });
  }

  @Post(':sku/restock')
  @HttpCode(200)
  @RequireScope(CATALOGUE_SCOPE)
  @ApiOperation({ summary: 'Add units to the stock of a product' })
  @ApiIdempotencyKey()
  @ApiOkResponse({ standardSchema: productSchema })
  @ApiProblems(
    orderingProblems,
    ['product-not-found', 'invalid-quantity', 'stock-too-large', 'stale-version', 'idempotency-key-reused'],
    [403, 413, 414, 415],
  )
  restock(
    @CurrentPrincipal() { subject }: Principal,
    @RequestHeader('idempotency-key', { schema: idempotencyKeySchema }) idempotencyKey: string,
    @Param('sku', { schema: skuSchema }) sku: string,
    @Body({ schema: restockProductSchema }) { quantity }: RestockProductRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ResultAsync<ProductView, RestockProductError> {
    return this.restockProduct
      .execute({ customerId: subject, idempotencyKey, sku, quantity })
      .map(({ product, repeated }) => {
        markReplayed(reply, repeated);
        return product;
      });
  }
}
