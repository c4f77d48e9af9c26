import '../../src/query-timing/testing';
import { aSku } from '../support/ordering.mother';
import { expectProblem } from '../support/problems';
import { RunningService } from '../support/running-service';
import { aPlacedOrder, aStockedProduct, cancelOrder } from '../support/shop';

interface Page {
  readonly items: readonly {
    readonly id: string;
    readonly sku: string;
    readonly status: string;
    readonly placedAt: string;
  }[];
  readonly nextCursor?: string;
}

describe('a list', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
    await service.rows(`INSERT INTO products VALUES ('TEA', 'Tea', 100, 'EUR', 0, 1)`);
  });
  afterAll(() => service.stop());

  /** Stores orders of two lines, all with the same time. @returns their ids */
  const storedOrders = async (customer: string, count: number, placedAt = '2026-01-02T03:04:05.678Z') => {
    const rows = await service.rows<{ id: string }>(
      `WITH placed AS (
         INSERT INTO orders SELECT gen_random_uuid(), $1, 'placed', 300, 'EUR', $3, 1 FROM generate_series(1, $2::integer)
         RETURNING id),
       lines AS (
         INSERT INTO order_lines SELECT id, line, 'TEA', line, 100 FROM placed, generate_series(1, 2) AS line)
       SELECT id FROM placed`,
      [customer, count, placedAt],
    );
    return rows.map(({ id }) => id);
  };
  const page = async (path: string, as: string) => {
    const { status, body } = await service.request<Page>(path, { as });
    expect(status).toBe(200);
    return body;
  };
  const pathOf = (list: string, parameters: Record<string, string | undefined>) => {
    const set = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `/api/v1/${list}?${new URLSearchParams(set).toString()}`;
  };
  /** Reads all pages. @param between runs after each page */
  const pages = async (list: string, as: string, parameters: Record<string, string>, between = async () => {}) => {
    const found: Page[] = [];
    let cursor: string | undefined;
    do {
      const next = await page(pathOf(list, { ...parameters, cursor }), as);
      found.push(next);
      cursor = next.nextCursor;
      await between();
    } while (cursor);
    return found;
  };

  describe('of orders', () => {
    it('returns every order once, newest first, even if many have the same time', async () => {
      const newest = await storedOrders('alice', 20, '2026-01-03T00:00:00.000Z');
      const same = await storedOrders('alice', 25);
      const found = await pages('orders', 'alice', { limit: '10' });
      expect(found.map(({ items }) => items.length)).toEqual([10, 10, 10, 10, 5]);
      const ids = found.flatMap(({ items }) => items.map(({ id }) => id));
      expect(ids).toEqual([...newest.sort().reverse(), ...same.sort().reverse()]);
    });

    it('skips no order whose time differs by microseconds only', async () => {
      const times = ['678001', '678002', '678003', '678999', '679000'].map((us) => `2026-01-02T03:04:05.${us}Z`);
      const ids: string[] = [];
      for (const time of times) ids.push(...(await storedOrders('ivan', 2, time)));
      const found = await pages('orders', 'ivan', { limit: '1' });
      const listed = found.flatMap(({ items }) => items.map((item) => item.id));
      expect(listed.sort()).toEqual(ids.sort());
    });

    it('neither skips nor repeats an order while new ones are placed', async () => {
      const before = await storedOrders('bob', 30);
      const sku = await aStockedProduct(service, { stock: 100 });
      const found = await pages('orders', 'bob', { limit: '7' }, async () => {
        await aPlacedOrder(service, { as: 'bob', sku });
      });
      const ids = found.flatMap(({ items }) => items.map(({ id }) => id));
      expect(ids.sort()).toEqual(before.sort());
    });

    it('ends without a cursor, even when the last page is full', async () => {
      await storedOrders('carol', 6);
      const found = await pages('orders', 'carol', { limit: '3' });
      expect(found.map(({ items, nextCursor }) => [items.length, nextCursor !== undefined])).toEqual([
        [3, true],
        [3, false],
      ]);
    });

    it('is empty for a customer without orders', async () => {
      expect(await page('/api/v1/orders', 'newcomer')).toEqual({ items: [] });
    });

    it('can be filtered by status, across pages', async () => {
      const sku = await aStockedProduct(service, { stock: 10 });
      const ids: string[] = [];
      for (let count = 0; count < 6; count += 1) ids.push(await aPlacedOrder(service, { as: 'dave', sku }));
      const cancelled = [ids[0]!, ids[2]!, ids[5]!];
      for (const id of cancelled) await cancelOrder(service, id, 'dave');
      const idsWith = async (status: string) => {
        const found = await pages('orders', 'dave', { status, limit: '2' });
        return found.flatMap(({ items }) => items.map((item) => item.id)).sort();
      };
      expect(await idsWith('cancelled')).toEqual(cancelled.sort());
      expect(await idsWith('placed')).toEqual(ids.filter((id) => !cancelled.includes(id)).sort());
    });

    it('has twenty orders per page by default, and at most a hundred', async () => {
      await storedOrders('erin', 110);
      expect((await page('/api/v1/orders', 'erin')).items).toHaveLength(20);
      expect((await page('/api/v1/orders?limit=100', 'erin')).items).toHaveLength(100);
      expect((await page('/api/v1/orders?limit=1', 'erin')).items).toHaveLength(1);
      expectProblem(await service.request('/api/v1/orders?limit=101', { as: 'erin' }), 400, 'validation-failed');
      expectProblem(await service.request('/api/v1/orders?limit=0', { as: 'erin' }), 400, 'validation-failed');
    });

    it('returns no orders of another customer for their cursor', async () => {
      await storedOrders('frank', 3);
      const { nextCursor } = await page('/api/v1/orders?limit=1', 'frank');
      expect(await page(pathOf('orders', { cursor: nextCursor }), 'grace')).toEqual({ items: [] });
    });
  });

  describe('of products', () => {
    it('returns every product once, by SKU, while new ones are added', async () => {
      const skus = Array.from({ length: 12 }, () => aSku());
      for (const sku of skus) await aStockedProduct(service, { sku, stock: 0 });
      const found = await pages('products', 'alice', { limit: '5' }, async () => {
        // Inserted before the first of them: later pages must not shift.
        await aStockedProduct(service, { sku: `A-${aSku()}`, stock: 0 });
      });
      const listed = found.flatMap(({ items }) => items.map(({ sku }) => sku));
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed).toEqual([...listed].sort());
      expect(listed).toEqual(expect.arrayContaining(skus));
    });
  });

  describe('rejects a cursor', () => {
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const id = '0198c0de-0000-7000-8000-000000000000';
    it.each([
      ['that is empty', ''],
      ['that is garbage', 'garbage'],
      ['that is not a list', encoded({ placedAt: 'now', id })],
      ['that is not a list of strings', encoded([1, 2])],
      ['with a different time format', encoded(['2026-01-01', id])],
      ['with a year that no store has', encoded(['0000-01-01T00:00:00.000000Z', id])],
      ['with an invalid id', encoded(['2026-01-01T00:00:00.000000Z', "' OR 1=1 --"])],
      ['with an extra part', encoded(['2026-01-01T00:00:00.000000Z', id, 'more'])],
    ])('%s', async (_, cursor) => {
      expectProblem(await service.request(pathOf('orders', { cursor })), 400, 'invalid-cursor');
    });

    it('of a different list', async () => {
      await storedOrders('heidi', 2);
      await aStockedProduct(service);
      const orders = await page('/api/v1/orders?limit=1', 'heidi');
      const products = await page('/api/v1/products?limit=1', 'heidi');
      const crossed: [string, string | undefined][] = [
        ['products', orders.nextCursor],
        ['orders', products.nextCursor],
      ];
      for (const [list, cursor] of crossed) {
        expectProblem(await service.request(pathOf(list, { cursor })), 400, 'invalid-cursor');
      }
    });
  });

  describe('takes one statement', () => {
    it.each([1, 100])('for a page of %i orders', async (count) => {
      const customer = `reader-of-${count}`;
      await storedOrders(customer, count);
      await expect(async () => {
        expect((await page('/api/v1/orders?limit=100', customer)).items).toHaveLength(count);
      }).toTakeStatements(1);
    });

    it('for a page of one product, and for one of a hundred', async () => {
      await service.rows(
        `INSERT INTO products SELECT 'MANY-' || n, 'Tea', 100, 'EUR', 0, 1 FROM generate_series(1, 100) AS n`,
      );
      for (const limit of [1, 100]) {
        await expect(async () => {
          expect((await page(`/api/v1/products?limit=${limit}`, 'alice')).items).toHaveLength(limit);
        }).toTakeStatements(1);
      }
    });

    it('for an order of one line, and for one of a hundred lines', async () => {
      const skus = Array.from({ length: 100 }, (_, index) => `LINE-${index}`);
      await service.rows(`INSERT INTO products SELECT unnest($1::text[]), 'Tea', 100, 'EUR', 10, 1`, [skus]);
      for (const count of [1, 100]) {
        const placed = await service.request<{ id: string }>('/api/v1/orders', {
          method: 'POST',
          body: { lines: skus.slice(0, count).map((sku) => ({ sku, quantity: 1 })) },
          headers: { 'idempotency-key': `lines-${count}` },
        });
        await expect(async () => {
          const { body } = await service.request<{ lines: unknown[] }>(`/api/v1/orders/${placed.body.id}`);
          expect(body.lines).toHaveLength(count);
        }).toTakeStatements(1);
      }
    });

    it('and placing an order takes as many statements for a hundred lines as for two', async () => {
      const skus = Array.from({ length: 100 }, (_, index) => `BULK-${index}`);
      await service.rows(`INSERT INTO products SELECT unnest($1::text[]), 'Tea', 100, 'EUR', 10, 1`, [skus]);
      await expect(async (count: number) => {
        const { status } = await service.request('/api/v1/orders', {
          method: 'POST',
          body: { lines: skus.slice(0, count).map((sku) => ({ sku, quantity: 1 })) },
          headers: { 'idempotency-key': `bulk-${count}` },
        });
        expect(status).toBe(201);
      }).toTakeAsManyStatementsFor(2, 100);
    });
  });
});
