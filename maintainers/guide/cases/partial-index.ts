import type { Bench, GuideCase } from '../guide-case';
import { OrderRecord, ordersTable, shopRecords } from '../shop';

const openOrders = { where: { status: 'open' }, order: { placedAt: 'ASC' }, take: 50 } as const;

async function entriesOf({ manager, note }: Bench, index: string): Promise<void> {
  const [row] = await manager.query('SELECT reltuples::int AS entries FROM pg_class WHERE oid = $1::regclass', [index]);
  note('entries of the index', row.entries);
}

export const partialIndex: GuideCase = {
  name: 'partial-index',
  symptom: 'a large index serves a query that wants few of its rows',
  remedy: 'index those rows alone, with WHERE',
  rows: 1_000_000,
  testRows: 40_000,
  entities: shopRecords,
  data: ordersTable,
  fewerPages: 1,
  noFaster: true,
  ways: [
    {
      name: 'index on all orders',
      prepare: 'CREATE INDEX orders_by_status ON orders (status, placed_at);',
      run: async (bench) => {
        const orders = await bench.manager.find(OrderRecord, openOrders);
        await entriesOf(bench, 'orders_by_status');
        return orders;
      },
      expect: {
        statements: 2,
        plan: ['Index Scan using orders_by_status'],
        without: ['Sort'],
        facts: { 'entries of the index': (rows) => rows },
      },
    },
    {
      name: 'index on open orders',
      prepare: `
        DROP INDEX orders_by_status;
        CREATE INDEX open_orders ON orders (placed_at) WHERE status = 'open';`,
      run: async (bench) => {
        const orders = await bench.manager.find(OrderRecord, openOrders);
        await entriesOf(bench, 'open_orders');
        return orders;
      },
      expect: {
        statements: 2,
        plan: ['Index Scan using open_orders'],
        without: ['Sort'],
        facts: { 'entries of the index': (rows) => rows / 200 },
      },
    },
  ],
};
