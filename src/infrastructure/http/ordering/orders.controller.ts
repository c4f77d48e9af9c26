import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
  type StreamableFile,
} from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { ResultAsync } from 'neverthrow';
import { CancelOrder, type CancelOrderError } from '../../../application/ordering/cancel-order';
import { ExportOrders, type ExportOrdersError } from '../../../application/ordering/export-orders';
import { GetOrder, type GetOrderError } from '../../../application/ordering/get-order';
import { ListOrders, type ListOrdersError } from '../../../application/ordering/list-orders';
import type { OrderView } from '../../../application/ordering/ordering.views';
import { PlaceOrder, type PlaceOrderError } from '../../../application/ordering/place-order';
import type { Page } from '../../../application/shared/page';
import type { Principal } from '../../../application/shared/principal';
import { QueryBudget } from '../../../query-timing/index';
import { CurrentPrincipal } from '../../auth/request-principal';
import { ApiProblems } from '../api-problems';
import { ExportGuard } from '../export-guard';
import {
  ApiIdempotencyKey,
  idempotencyKeySchema,
  markReplayed,
  optionalIdempotencyKeySchema,
} from '../idempotency-key';
import { Problems } from '../problem-table';
import { RequestHeader } from '../request-header.decorator';
import { ndjson, NDJSON_MEDIA_TYPE } from './ndjson';
import { orderingProblems } from './ordering.problems';
import {
  exportOrdersSchema,
  listOrdersSchema,
  orderExample,
  orderIdSchema,
  orderPageSchema,
  orderSchema,
  placeOrderSchema,
  type ExportOrdersRequest,
  type ListOrdersRequest,
  type PlaceOrderRequest,
} from './ordering.schemas';

@ApiTags('orders')
@ApiBearerAuth()
@Problems(orderingProblems)
@Controller('api/v1/orders')
export class OrdersController {
  constructor(
    private readonly placeOrder: PlaceOrder,
    private readonly getOrder: GetOrder,
    private readonly listOrders: ListOrders,
    private readonly exportOrders: ExportOrders,
    private readonly cancelOrder: CancelOrder,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Place an order and reserve its stock' })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({
    standardSchema: orderSchema,
    description: 'The order; with `Idempotent-Replayed: true` if an earlier request with this key placed it',
  })
  @ApiProblems(
    orderingProblems,
    [
      'empty-order',
      'duplicate-line',
      'invalid-quantity',
      'unknown-product',
      'mixed-currencies',
      'amount-too-large',
      'insufficient-stock',
      'stale-version',
      'idempotency-key-reused',
    ],
    [413, 415],
  )
  place(
    @CurrentPrincipal() principal: Principal,
    @RequestHeader('idempotency-key', { schema: idempotencyKeySchema }) idempotencyKey: string,
    @Body({ schema: placeOrderSchema }) { lines }: PlaceOrderRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ResultAsync<OrderView, PlaceOrderError> {
    return this.placeOrder
      .execute({ customerId: principal.subject, idempotencyKey, lines })
      .map(({ order, repeated }) => {
        void reply.header('location', `/api/v1/orders/${order.id}`);
        markReplayed(reply, repeated);
        return order;
      });
  }

  @Get()
  @QueryBudget({ statements: 1 })
  @ApiOperation({ summary: 'List your orders, newest first' })
  @ApiOkResponse({ standardSchema: orderPageSchema })
  @ApiProblems(orderingProblems, ['invalid-cursor'])
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listOrdersSchema }) query: ListOrdersRequest,
  ): ResultAsync<Page<OrderView>, ListOrdersError> {
    return this.listOrders.execute({ customerId: principal.subject, ...query });
  }

  @Get('export')
  @UseGuards(ExportGuard)
  @ApiOperation({
    summary: 'Export all your orders, newest first, one per line',
    description:
      'Streamed page by page, for as long as you read. A connection that closes before the end of the response means that ' +
      'the export is incomplete: continue it with `after`. The number of concurrent exports is limited.',
  })
  @ApiOkResponse({
    description: 'One line per order: an `Order` as JSON',
    content: { [NDJSON_MEDIA_TYPE]: { schema: { type: 'string' }, example: JSON.stringify(orderExample) } },
  })
  @ApiProblems(orderingProblems, ['order-not-found'])
  export(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: exportOrdersSchema }) { after }: ExportOrdersRequest,
    @Res({ passthrough: true }) { request }: FastifyReply,
  ): ResultAsync<StreamableFile, ExportOrdersError> {
    return this.exportOrders
      .execute({ customerId: principal.subject, after })
      .map((orders) => ndjson(orders, request.id));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get one of your orders' })
  @ApiOkResponse({ standardSchema: orderSchema })
  @ApiProblems(orderingProblems, ['order-not-found'], [414])
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: orderIdSchema }) orderId: string,
  ): ResultAsync<OrderView, GetOrderError> {
    return this.getOrder.execute({ orderId, customerId: principal.subject });
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel an order and release its stock' })
  @ApiIdempotencyKey({ required: false })
  @ApiOkResponse({ standardSchema: orderSchema })
  @ApiProblems(
    orderingProblems,
    ['order-not-found', 'already-cancelled', 'stale-version', 'idempotency-key-reused'],
    [413, 414, 415],
  )
  cancel(
    @CurrentPrincipal() principal: Principal,
    @RequestHeader('idempotency-key', { schema: optionalIdempotencyKeySchema }) idempotencyKey: string | undefined,
    @Param('id', { schema: orderIdSchema }) orderId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ResultAsync<OrderView, CancelOrderError> {
    return this.cancelOrder
      .execute({ orderId, customerId: principal.subject, idempotencyKey })
      .map(({ order, repeated }) => {
        markReplayed(reply, repeated);
        return order;
      });
  }
}
