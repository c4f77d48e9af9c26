import type { GuideCase } from '../guide-case';
import { ordersTable } from '../shop';

/** How many rows pg-query-stream fetches at a time. It fetches the next batch while one is processed. */
const BATCH = 100;

export const streamLargeResult: GuideCase = {
  name: 'stream-large-result',
  title: 'An export that loads everything into memory',
  section: 'typeorm',
  keywords: ['stream()', 'memory', 'export', 'cursor', 'SELECT *'],
  symptom: 'an export needs as much memory as its result, and all other requests wait',
  fix: 'use stream(): a cursor that fetches a hundred rows at a time',
  rows: 300_000,
  testRows: 5_000,
  data: ordersTable,
  fewerPages: 1,
  variants: [
    {
      name: 'load all',
      run: async ({ manager, record }) => {
        const orders = await manager.query<{ total_amount: number }[]>('SELECT * FROM orders');
        record('rows in memory', orders.length);
        return orders.reduce((total, order) => total + order.total_amount, 0);
      },
      expect: { statements: 1, facts: { 'rows in memory': (rows) => rows } },
    },
    {
      name: 'stream',
      run: async ({ dataSource, record }) => {
        const queryRunner = dataSource.createQueryRunner();
        try {
          const orders = await queryRunner.stream('SELECT * FROM orders');
          let total = 0;
          let max = 0;
          for await (const order of orders) {
            total += (order as { total_amount: number }).total_amount;
            max = Math.max(max, orders.readableLength + 1);
          }
          record('rows in memory', max);
          return total;
        } finally {
          await queryRunner.release();
        }
      },
      expect: { statements: 1, facts: { 'rows in memory': { atMost: 2 * BATCH } } },
    },
  ],
};
