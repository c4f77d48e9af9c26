import { type DataSource, type FindOptionsWhere, In, JsonContains } from 'typeorm';
import { CaseSchema } from '../../../maintainers/guide/case-schema';
import {
  CustomerEntity,
  customersFor,
  customersTable,
  itemsTable,
  type Order,
  OrderEntity,
  ordersTable,
  shopEntities,
} from '../../../maintainers/guide/shop';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

/** What pages of the query guide say about TypeORM and pg beyond the figures of their cases. */
const ORDERS = 1_000;

let database: ScratchDatabase;
let schema: CaseSchema;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createScratchDatabase();
  schema = await CaseSchema.open(database, 'guide_limits', shopEntities);
  await schema.script(customersTable(customersFor(ORDERS)) + ordersTable(ORDERS) + itemsTable(ORDERS));
  ({ dataSource } = schema);
});
afterAll(async () => {
  await schema?.close();
  await database.drop();
});

const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('id-list: a statement takes 65,535 parameters', () => {
  it('In() with that many ids works', async () => {
    await expect(dataSource.manager.countBy(OrderEntity, { id: In(ids(65_535)) })).resolves.toBe(ORDERS);
  });

  it.each([
    [65_536, 'bind message supplies 0 parameters, but prepared statement "" requires 65536'],
    [70_000, 'bind message has 4464 parameter formats but 0 parameters'],
  ])('In() with %i ids fails, with a message that does not name the cause', async (count, message) => {
    const failed = dataSource.manager.countBy(OrderEntity, { id: In(ids(count)) });
    await expect(failed).rejects.toThrow(message);
  });

  it('one array with more ids works', async () => {
    const found = dataSource.manager
      .createQueryBuilder(OrderEntity, 'o')
      .where('o.id = ANY (:ids)', { ids: ids(70_000) })
      .getCount();
    await expect(found).resolves.toBe(ORDERS);
  });
});

describe('keyset-with-relations: a page with a join', () => {
  const page = () =>
    dataSource.manager.createQueryBuilder(OrderEntity, 'o').leftJoinAndSelect('o.items', 'item').orderBy('o.id');

  it('has as many orders as take() asks for', async () => {
    expect(await page().take(6).getMany()).toHaveLength(6);
  });

  it('has fewer if it is also ordered by a column of the relation', async () => {
    expect(await page().addOrderBy('item.itemNumber').take(6).getMany()).toHaveLength(2);
  });

  it('has fewer with limit(), which counts rows of the join', async () => {
    expect(await page().limit(6).getMany()).toHaveLength(2);
  });
});

describe('capped-count: findAndCount()', () => {
  it('sends no COUNT if the page is not full', async () => {
    const sent = await schema.capture(() =>
      dataSource.manager.findAndCount(OrderEntity, { where: { status: 'open' }, take: 20 }),
    );
    expect(sent).toHaveLength(1);
  });
});

describe('the SQL that pages describe', () => {
  const where = async (criterion: FindOptionsWhere<Order>) => {
    const [sent] = await schema.capture(() => dataSource.manager.findBy(OrderEntity, criterion));
    return sent!.sql.split(' WHERE ')[1];
  };

  it('id-list: In() with an empty list is 0=1', async () => {
    expect(await where({ id: In([]) })).toBe('((0=1))');
  });

  it('queue-skip-locked: setLock() and setOnLocked() send FOR UPDATE SKIP LOCKED', () => {
    const query = dataSource.manager
      .createQueryBuilder(OrderEntity, 'o')
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked');
    expect(query.getQuery()).toMatch(/ FOR UPDATE SKIP LOCKED$/);
  });

  it('jsonb-containment: JsonContains() sends @>', () => {
    const query = dataSource.manager.createQueryBuilder(OrderEntity, 'o').where({ note: JsonContains({ a: 1 }) });
    expect(query.getQuery()).toMatch(/"o"\."note" ::jsonb @> /);
  });

  it('distinct-join: find() with a condition on a relation sends a join', async () => {
    const [sent] = await schema.capture(() =>
      dataSource.manager.find(CustomerEntity, { where: { orders: { status: 'open' } } }),
    );
    expect(sent!.sql).toContain('LEFT JOIN "orders"');
  });

  it('keyset-with-relations: take() with a to-one join sends two statements, limit() one', async () => {
    const page = () =>
      dataSource.manager.createQueryBuilder(OrderEntity, 'o').leftJoinAndSelect('o.customer', 'c').orderBy('o.id');
    expect(await schema.capture(() => page().take(5).getMany())).toHaveLength(2);
    expect(await schema.capture(() => page().limit(5).getMany())).toHaveLength(1);
  });
});
