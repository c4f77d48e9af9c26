import { ExportOrders } from '../../../src/application/ordering/export-orders';
import { GetOrder } from '../../../src/application/ordering/get-order';
import { ListOrders } from '../../../src/application/ordering/list-orders';
import { ListProducts } from '../../../src/application/ordering/list-products';
import { orderView, productView } from '../../../src/application/ordering/ordering.views';
import { encodeCursor } from '../../../src/application/shared/page';
import { anOrder, aProduct } from '../../support/ordering.mother';
import { InMemoryQueries } from '../../support/ordering.use-cases';

const ordersOf = (customerId: string, count: number) =>
  Array.from({ length: count }, () => ({ ...orderView(anOrder()), customerId }));

describe('reading an order', () => {
  const [mine] = ordersOf('alice', 1);
  const getOrder = new GetOrder(new InMemoryQueries({ orders: [mine!] }));

  it('shows it to its customer', async () => {
    const { customerId: _, ...shown } = mine!;
    expect((await getOrder.execute({ orderId: mine!.id, customerId: 'alice' }))._unsafeUnwrap()).toEqual(shown);
  });

  it('hides it from other customers', async () => {
    const refused = await getOrder.execute({ orderId: mine!.id, customerId: 'bob' });
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'order-not-found', orderId: mine!.id });
  });
});

describe('listing orders', () => {
  const orders = ordersOf('alice', 5);
  const listOrders = new ListOrders(new InMemoryQueries({ orders: [...orders, ...ordersOf('bob', 3)] }));

  it('continues from page to page with the cursor of the previous one', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = (await listOrders.execute({ customerId: 'alice', limit: 2, cursor }))._unsafeUnwrap();
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(orders.map(({ id }) => id));
  });

  it('has no cursor on the last page, even when it is full', async () => {
    const page = (await listOrders.execute({ customerId: 'alice', limit: 5 }))._unsafeUnwrap();
    expect(page.items).toHaveLength(5);
    expect(page).not.toHaveProperty('nextCursor');
  });

  const TIME = '2026-01-02T03:04:05.678901Z';
  const { id } = orders[0]!;
  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['an object', Buffer.from('{}').toString('base64url')],
    ['numbers', Buffer.from('[1,2]').toString('base64url')],
    ['too few parts', encodeCursor([id])],
    ['too many parts', encodeCursor([TIME, id, id])],
    ['an invalid time', encodeCursor(['now', id])],
    ['another format of time', encodeCursor(['2026-01-02', id])],
    ['a time without microseconds', encodeCursor(['2026-01-02T03:04:05.678Z', id])],
    ['a day that does not exist', encodeCursor(['2026-02-30T03:04:05.678901Z', id])],
    ['the year 0', encodeCursor(['0000-01-01T00:00:00.000000Z', id])],
    ['a time before the year 0', encodeCursor(['-000001-01-01T00:00:00.000000Z', id])],
    ['an invalid id', encodeCursor([TIME, `${id}'`])],
  ])('refuses a cursor that contains %s', async (_, cursor) => {
    const refused = await listOrders.execute({ customerId: 'alice', limit: 2, cursor });
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'invalid-cursor' });
  });
});

describe('exporting orders', () => {
  it('returns all orders of the customer, and no others', async () => {
    const mine = ordersOf('alice', 3);
    const exportOrders = new ExportOrders(new InMemoryQueries({ orders: [...ordersOf('bob', 2), ...mine] }));
    const seen: string[] = [];
    for await (const { id } of (await exportOrders.execute({ customerId: 'alice' }))._unsafeUnwrap()) seen.push(id);
    expect(seen).toEqual(mine.map(({ id }) => id));
  });

  it('returns all of them when there are several pages, and those after an order', async () => {
    const mine = ordersOf('alice', 1_200);
    const exportOrders = new ExportOrders(new InMemoryQueries({ orders: mine }));
    const idsAfter = async (after?: string) => {
      const seen: string[] = [];
      const orders = (await exportOrders.execute({ customerId: 'alice', after }))._unsafeUnwrap();
      for await (const { id } of orders) seen.push(id);
      return seen;
    };
    const all = mine.map(({ id }) => id);
    expect(await idsAfter()).toEqual(all);
    expect(await idsAfter(all[599])).toEqual(all.slice(600));
    expect(await idsAfter(all.at(-1))).toEqual([]);
  });

  it('is refused after an order of another customer', async () => {
    const [theirs] = ordersOf('bob', 1);
    const exportOrders = new ExportOrders(new InMemoryQueries({ orders: [theirs!] }));
    const refused = await exportOrders.execute({ customerId: 'alice', after: theirs!.id });
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'order-not-found', orderId: theirs!.id });
  });
});

describe('listing products', () => {
  const products = ['A', 'B', 'C'].map((sku) => productView(aProduct({ sku })));
  const listProducts = new ListProducts(new InMemoryQueries({ products }));

  it('continues after the last SKU of the previous page', async () => {
    const first = (await listProducts.execute({ limit: 2 }))._unsafeUnwrap();
    const second = (await listProducts.execute({ limit: 2, cursor: first.nextCursor }))._unsafeUnwrap();
    expect([first, second].map(({ items }) => items.map(({ sku }) => sku))).toEqual([['A', 'B'], ['C']]);
    expect(second).not.toHaveProperty('nextCursor');
  });

  it.each([
    ['of the list of orders', encodeCursor(['2026-01-02T03:04:05.678Z', '0198c0de-0000-7000-8000-000000000000'])],
    ['with a NUL character', encodeCursor(['A\0'])],
    ['without parts', encodeCursor([])],
  ])('refuses a cursor %s', async (_, cursor) => {
    expect((await listProducts.execute({ limit: 2, cursor }))._unsafeUnwrapErr()).toEqual({ kind: 'invalid-cursor' });
  });
});
