import type { QueryRunner } from 'typeorm';
import { endedTransactions } from '../support/ended-transactions';
import { Random } from '../support/random';
import { PROGRAMS } from '../support/random-programs';
import { refused } from '../support/watching';

const STATEMENTS_PER_PROGRAM = 6;

export interface ControlStatement {
  readonly sql: string;
  /** In a transaction, if it succeeds, it ends that one although another is open afterwards. */
  readonly chains?: true;
  /** Outside a transaction it is a whole one. */
  readonly whole?: true;
}

/**
 * Runs random statements that begin, end or keep transactions, and compares the ends that the library reports after each
 * one with what the server says before and after it.
 *
 * @param isOpen whether the server has an open transaction on the runner's connection, without a statement of TypeORM
 */
export async function compareTransactions(
  runner: QueryRunner,
  statements: readonly ControlStatement[],
  isOpen: () => Promise<boolean>,
): Promise<number> {
  jest.restoreAllMocks();
  const ended = endedTransactions();
  const random = new Random(Number(process.env['ORACLE_SEED'] ?? 1) * 7_000_003);
  const history: string[] = [];
  let before = await isOpen();
  let started = performance.now();
  for (let n = PROGRAMS * STATEMENTS_PER_PROGRAM; n > 0; n--) {
    const { sql, chains = false, whole = false } = random.pick(statements);
    if (history.push(sql) > 10) history.shift();
    if (!before) started = performance.now();
    const count = ended.length;
    const succeeded = (await refused(runner.query(sql))) === 'ok';
    const longest = performance.now() - started;
    const after = await isOpen();
    const ends = before ? !after || (chains && succeeded) : !after && whole && succeeded;
    expect([...history, ended.length - count].join(' | ')).toBe([...history, Number(ends)].join(' | '));
    if (ends) expect(ended.at(-1)!.duration).toBeLessThanOrEqual(longest);
    before = after;
  }
  return ended.length;
}

/** What every database understands. */
export const COMMON_CONTROL: readonly ControlStatement[] = [
  { sql: 'COMMIT' },
  { sql: 'COMMIT /* work */ WORK' },
  { sql: 'ROLLBACK' },
  { sql: 'ROLLBACK -- not to\n WORK' },
  { sql: 'SAVEPOINT s' },
  { sql: 'ROLLBACK /* x */ TO SAVEPOINT s' },
  { sql: 'ROLLBACK WORK TO s' },
  { sql: 'RELEASE SAVEPOINT s' },
  { sql: 'SELECT 1' },
  { sql: 'SELECT * FROM stock' },
  { sql: 'DELETE FROM stock' },
  { sql: "SELECT 'COMMIT; ROLLBACK'" },
  { sql: 'COMMIT nonsense' },
  { sql: 'SELEC 1' },
  { sql: 'SELECT 1; SELECT 2' },
  { sql: 'SELECT 1; COMMIT' },
  { sql: 'ROLLBACK; SELECT 1' },
  { sql: 'COMMIT AND NO CHAIN' },
  { sql: 'COMMIT AND CHAIN', chains: true },
  { sql: 'ROLLBACK /* and */ AND CHAIN', chains: true },
];
