import { setTimeout as delay } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { errorClassOf } from '../../../src/query-timing/sql/error-class';
import type { StatementCounts } from './counts';
import type { TestMySql } from './mysql-family';

/** The library's types of the server's events. */
const TYPES: Readonly<Record<string, string>> = {
  select: 'SELECT',
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
  begin: 'BEGIN',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  rollback_to_savepoint: 'ROLLBACK',
};

/** MySQL could not send the result because the connection was gone; no client sees this number. */
const ER_NET_ERROR_ON_WRITE = 1160;

const STATUS_SCHEMA = { MariaDB: 'information_schema', MySQL: 'performance_schema' } as const;

/** What a MySQL or a MariaDB has counted, without the superuser's statements. */
export class MySqlStatistics {
  private statementsBefore = 0;

  constructor(private readonly server: TestMySql) {}

  async reset(): Promise<void> {
    await this.server.admin.query('TRUNCATE TABLE performance_schema.events_statements_history_long');
    this.statementsBefore = await this.questions();
  }

  /** All statements since the last reset, by `Questions`. */
  async statements(): Promise<number> {
    return (await this.questions()) - this.statementsBefore;
  }

  /**
   * By the performance schema, which has a statement with its error number shortly after the server has responded.
   *
   * @param expected the number of statements to wait for
   */
  async byType(expected: number): Promise<StatementCounts> {
    const giveUpAt = performance.now() + 5000;
    let events = await this.events();
    while (events.length < expected && performance.now() < giveUpAt) {
      await delay(1);
      events = await this.events();
    }
    const succeeded: Record<string, number> = {};
    const failed: Record<string, number> = {};
    for (const { verb, errno } of events) {
      const [counts, kind] = errno === 0 ? [succeeded, TYPES[verb] ?? 'OTHER'] : [failed, classOf(errno)];
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return { succeeded, failed };
  }

  private async questions(): Promise<number> {
    const schema = STATUS_SCHEMA[this.server.name];
    const [row] = await this.rows<{ others: number }>(
      `SELECT CAST(total.variable_value AS SIGNED) - CAST(own.variable_value AS SIGNED) AS others
         FROM ${schema}.global_status AS total JOIN ${schema}.session_status AS own USING (variable_name)
        WHERE variable_name = 'QUESTIONS'`,
    );
    return row!.others;
  }

  private events() {
    return this.rows<{ verb: string; errno: number }>(
      `SELECT SUBSTRING_INDEX(event_name, '/', -1) AS verb, mysql_errno AS errno
         FROM performance_schema.events_statements_history_long
        WHERE thread_id <> (SELECT thread_id FROM performance_schema.threads WHERE processlist_id = CONNECTION_ID())`,
    );
  }

  private async rows<T extends object>(sql: string): Promise<T[]> {
    const [rows] = await this.server.admin.query<RowDataPacket[]>(sql);
    return rows as T[];
  }
}

const classOf = (errno: number): string =>
  errno === ER_NET_ERROR_ON_WRITE ? 'connection' : errorClassOf({ errno, code: 'ER_' });
