import { deepStrictEqual } from 'node:assert';
import { Client } from 'pg';
import { scenarios, type Fixture, type Target } from './scenarios';
import { serverNames, type OfEach } from './servers';

/** Fields that differ from order to order. */
const ofEachOrder = new Set(['id', 'placedAt']);

interface Work {
  readonly response: unknown;
  /** Number of calls by statement, whose white space is one space each. */
  readonly statements: Readonly<Record<string, number>>;
}

/** @throws if the servers return different responses or run different SQL: their figures could not be compared */
export async function checkSameWork(adminUrl: string, fixture: Fixture, targets: OfEach<Target>): Promise<void> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(`SET pg_stat_statements.track = 'none'`);
    for (const scenario of scenarios) {
      const workOf = async (target: Target): Promise<Work> => {
        await admin.query('SELECT pg_stat_statements_reset()');
        const text = await scenario.send(target, fixture, 0);
        const { rows } = await admin.query<{ query: string; calls: string }>(
          `SELECT query, calls FROM pg_stat_statements ORDER BY query`,
        );
        const response: unknown = JSON.parse(text, (name, value: unknown) => (ofEachOrder.has(name) ? name : value));
        const statements = rows.map(({ query, calls }) => [query.replace(/\s+/g, ' '), Number(calls)]);
        return { response, statements: Object.fromEntries(statements) };
      };
      const expected = await workOf(targets.bare);
      for (const name of serverNames.filter((server) => server !== 'bare')) {
        const message = `To ${scenario.name}, ${name} and bare do not do the same.`;
        deepStrictEqual(await workOf(targets[name]), expected, message);
      }
    }
  } finally {
    await admin.end();
  }
}
