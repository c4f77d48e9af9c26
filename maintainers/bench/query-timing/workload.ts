import { DataSource, EntitySchema, type DataSourceOptions } from 'typeorm';
import type { Work } from './measure';
import { ReplayingSocket, rowMessages } from './replaying-socket';

const Item = new EntitySchema<{ id: number; name: string; amount: number }>({
  name: 'item',
  columns: { id: { type: 'text', primary: true }, name: { type: 'text' }, amount: { type: 'text' } },
});

export async function replayingDataSource(more: Partial<DataSourceOptions> = {}): Promise<DataSource> {
  const row = rowMessages({
    version: 'PostgreSQL 18.0',
    current_database: 'bench',
    current_schema: 'public',
    item_id: '1',
    item_name: 'a name of ordinary length',
    item_amount: '12',
  });
  const extra = { stream: () => new ReplayingSocket(row), max: 4 };
  return new DataSource({ type: 'postgres', entities: [Item], extra, ...more } as DataSourceOptions).initialize();
}

/** The operations of an application, repeated. */
export const WORK: Readonly<Record<'raw' | 'findOneBy' | 'transaction', (dataSource: DataSource) => Work>> = {
  raw: (dataSource) => async (operations) => {
    for (let i = 0; i < operations; i++) await dataSource.query('SELECT id, name, amount FROM item WHERE id = $1', [i]);
  },
  findOneBy: (dataSource) => {
    const items = dataSource.getRepository(Item);
    return async (operations) => {
      for (let i = 0; i < operations; i++) await items.findOneBy({ id: i % 100 });
    };
  },
  transaction: (dataSource) => async (operations) => {
    for (let i = 0; i < operations; i++) {
      await dataSource.transaction((manager) => manager.query('SELECT name FROM item WHERE id = $1', [i]));
    }
  },
};
