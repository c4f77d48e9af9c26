import type { DataSource } from 'typeorm';
import { kindsOf } from '../../../src/query-timing/explain/parameter-kinds';
import { plannable } from '../../../src/query-timing/explain/plannable';
import { plannerFor } from '../../../src/query-timing/explain/planner';
import { dialectOf } from '../../../src/query-timing/sql/dialect';
import { expectNoValues } from '../../query-timing/page/support/page-fuzz';
import { random, SECRET, statements } from '../../query-timing/page/support/typed-statements';
import { startMariaDb } from '../../query-timing/support/mariadb';
import { createTestDatabase } from '../../query-timing/support/postgres';

const STATEMENTS = 100_000;
const PLANS = 1_000;
const TIMEOUT_MS = 60_000;

it('the page has nothing that a user typed', () => expectNoValues(STATEMENTS), 1_200_000);

/** Plans statements in which everything is from a user, and returns those whose plan has it. */
async function leakingPlans(dataSource: DataSource): Promise<string[]> {
  await dataSource.initialize();
  const { type } = dataSource.options;
  await dataSource.query('CREATE TABLE teas (a varchar(200), b varchar(200), c varchar(200))');
  const next = statements(random(27), ['teas']);
  const planner = plannerFor(dataSource, TIMEOUT_MS)!;
  const leaks: string[] = [];
  let plans = 0;
  while (plans < PLANS) {
    const [sql, parameters] = next();
    const found = plannable(sql, dialectOf(type));
    if (found === undefined) continue;
    plans++;
    const plan = await planner
      .plan({ sql, kinds: kindsOf(parameters), rows: undefined, ...found })
      .catch(() => undefined);
    if (plan !== undefined && JSON.stringify(plan).includes(SECRET)) leaks.push(sql);
  }
  planner.close();
  await dataSource.destroy();
  return leaks;
}

it('a plan of PostgreSQL has nothing that a user typed', async () => {
  const database = await createTestDatabase();
  try {
    expect(await leakingPlans(database.dataSource())).toEqual([]);
  } finally {
    await database.drop();
  }
}, 600_000);

it('a plan of MariaDB has nothing that a user typed', async () => {
  const server = await startMariaDb();
  try {
    expect(await leakingPlans(server.dataSource())).toEqual([]);
  } finally {
    await server.stop();
  }
}, 600_000);
