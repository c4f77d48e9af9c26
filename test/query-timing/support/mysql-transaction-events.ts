import { setTimeout as delay } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import type { QueryRunner } from 'typeorm';
import type { TransactionOutcome } from '../../../src/query-timing/core';
import type { TestMySql } from './mysql-family';

const END = "SELECT 'the end of a program'";

/** What a MySQL or a MariaDB says about the transactions of one connection. */
export class MySqlTransactionEvents {
  private constructor(
    private readonly server: TestMySql,
    private readonly runner: QueryRunner,
  ) {}

  static async of(server: TestMySql, runner: QueryRunner): Promise<MySqlTransactionEvents> {
    await server.admin.query(
      "UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name LIKE 'events_transactions%'",
    );
    await server.admin.query(
      "UPDATE performance_schema.setup_instruments SET enabled = 'YES', timed = 'YES' WHERE name = 'transaction'",
    );
    return new MySqlTransactionEvents(server, runner);
  }

  async reset(): Promise<void> {
    for (const events of ['transactions', 'statements'])
      await this.server.admin.query(`TRUNCATE TABLE performance_schema.events_${events}_history_long`);
  }

  /**
   * How the transactions since the last reset have ended, without those of autocommit and without those that began and
   * ended within one statement.
   */
  async outcomes(): Promise<TransactionOutcome[]> {
    await this.runner.query(END);
    while (
      (await this.rows('SELECT 1 FROM performance_schema.events_statements_history_long WHERE sql_text = ?', [END]))
        .length === 0
    )
      await delay(1);
    const ended = await this.rows<{ state: string }>(
      `SELECT t.state AS state FROM performance_schema.events_transactions_history_long AS t
         JOIN performance_schema.threads AS thread USING (thread_id)
        WHERE thread.processlist_id <> CONNECTION_ID() AND t.autocommit = 'NO'
          AND NOT EXISTS (SELECT 1 FROM performance_schema.events_statements_history_long AS s
                           WHERE s.thread_id = t.thread_id AND s.nesting_event_level = 0
                             AND s.event_id < t.event_id AND s.end_event_id >= t.end_event_id)
        ORDER BY t.end_event_id`,
    );
    return ended.map(({ state }) => (state === 'COMMITTED' ? 'commit' : 'rollback'));
  }

  private async rows<T extends object>(sql: string, parameters: readonly string[] = []): Promise<T[]> {
    const [rows] = await this.server.admin.query<RowDataPacket[]>(sql, parameters as string[]);
    return rows as T[];
  }
}
