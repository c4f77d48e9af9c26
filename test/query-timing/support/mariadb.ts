import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { startMySql, type MySqlFlavour, type TestMySql } from './mysql-family';

const SYSTEM_TABLES = ['system_tables', 'performance_tables', 'system_tables_data'];
/** The MariaDB of the machine's own release of Debian or Ubuntu. */
export const MARIADB: MySqlFlavour = {
  name: 'MariaDB',
  package: 'mariadb-server-core',
  program: 'usr/sbin/mariadbd',
  settings: () => ['--innodb-flush-method=nosync', '--innodb-log-file-size=8M'],
  initialize: createSystemTables('usr/share/mysql/mysql'),
};

/** A MariaDB for one test file, which ends with the process that started it. */
export type TestMariaDb = TestMySql;

/** Starts the {@link MARIADB}. */
export const startMariaDb = (): Promise<TestMariaDb> => startMySql(MARIADB);

/**
 * Runs the server's own scripts.
 * @param scripts the start of their names
 */
export function createSystemTables(scripts: string): MySqlFlavour['initialize'] {
  return async (root, run) => {
    const server = run('--bootstrap', '--skip-networking');
    server.input.write('CREATE DATABASE mysql;\nUSE mysql;\n');
    for (const script of SYSTEM_TABLES) {
      for await (const chunk of createReadStream(join(root, `${scripts}_${script}.sql`))) server.input.write(chunk);
    }
    server.input.end();
    await server.finished();
  };
}
