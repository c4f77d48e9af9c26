import type { CaseContext, GuideCase } from '../guide-case';
import { OrderEntity, ordersTable, shopEntities } from '../shop';

const openOrders = { where: { status: 'open' }, order: { placedAt: 'ASC' }, take: 50 } as const;

async function entriesOf({ manager, record }: CaseContext, index: string): Promise<void> {
  const [row] = await manager.query('SELECT reltuples::int AS entries FROM pg_class WHERE oid = $1::regclass', [index]);
  record('entries of the index', row.entries);
}

export const partialIndex: GuideCase = {
  name: 'partial-index',
  title: 'A partial index for a few rows of a large table',
  section: 'indexes',
  keywords: ['index', 'partial index', 'IS NULL', 'soft delete', 'status'],
  symptom: 'a large index serves a query that needs few of its rows',
  fix: 'index only those rows, with WHERE',
  rows: 1_000_000,
  testRows: 40_000,
  entities: shopEntities,
  data: ordersTable,
  fewerPages: 1,
  notFaster: true,
  variants: [
    {
      name: 'index on all orders',
      prepare: 'CREATE INDEX orders_by_status ON orders (status, placed_at);',
      run: async (bench) => {
        const orders = await bench.manager.find(OrderEntity, openOrders);
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
        const orders = await bench.manager.find(OrderEntity, openOrders);
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
