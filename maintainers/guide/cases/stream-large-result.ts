import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

/** What pg-query-stream fetches at a time; the next batch is on its way while one is worked on. */
const BATCH = 100;

export const streamLargeResult: GuideCase = {
  name: 'stream-large-result',
  symptom: 'an export takes the memory of the process, and every other request waits',
  remedy: 'stream(): a cursor that fetches a hundred rows at a time',
  rows: 300_000,
  testRows: 5_000,
  data: ordersTable,
  fewerPages: 1,
  ways: [
    {
      name: 'load',
      run: async ({ manager, note }) => {
        const orders = await manager.query<{ total_amount: number }[]>('SELECT * FROM orders');
        note('rows in memory at once', orders.length);
        return orders.reduce((total, order) => total + order.total_amount, 0);
      },
      expect: { statements: 1, facts: { 'rows in memory at once': (rows) => rows } },
    },
    {
      name: 'stream',
      run: async ({ dataSource, note }) => {
        const queryRunner = dataSource.createQueryRunner();
        try {
          const orders = await queryRunner.stream('SELECT * FROM orders');
          let total = 0;
          let most = 0;
          for await (const order of orders) {
            total += (order as { total_amount: number }).total_amount;
            most = Math.max(most, orders.readableLength + 1);
          }
          note('rows in memory at once', most);
          return total;
        } finally {
          await queryRunner.release();
        }
      },
      expect: { statements: 1, facts: { 'rows in memory at once': { atMost: 2 * BATCH } } },
    },
  ],
};
