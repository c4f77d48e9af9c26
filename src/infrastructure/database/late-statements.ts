import type { QueryRunner } from 'typeorm';

/** What the transaction runner itself sends after the work. */
const ownStatements = new Set(['SELECT 1', 'COMMIT', 'ROLLBACK']);

/** Work that was not awaited uses its transaction after it has ended: a bug of the work. */
export class LateStatementError extends Error {
  override readonly name = 'LateStatementError';

  constructor() {
    super('The statement was sent after the work of its transaction had ended.');
  }
}

/**
 * Call it before the transaction ends. A branch of the work that was not awaited may still use the manager, and TypeORM refuses
 * it only once the connection is released. Until then, its statement would wait behind the COMMIT or ROLLBACK on the same
 * connection and be stored outside the transaction. From now on it rejects with a {@link LateStatementError}.
 */
export function refuseLateStatements(runner: QueryRunner): void {
  const send = runner.query.bind(runner) as (...statement: unknown[]) => Promise<never>;
  const sendOwn = async (...statement: [sql: string, ...rest: unknown[]]) => {
    if (!ownStatements.has(statement[0])) throw new LateStatementError();
    return send(...statement);
  };
  // A function literal that is assigned to a property is created in V8's old generation, with all that it refers to.
  runner.query = sendOwn;
  runner.stream = refuse;
}

const refuse = () => Promise.reject(new LateStatementError());
