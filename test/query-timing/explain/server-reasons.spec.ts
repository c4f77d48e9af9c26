import type { DataSource } from 'typeorm';
import { serverStatementsOf } from '../../../src/query-timing/explain/server/server-statements';

const nothing = { statements: [], seconds: 0 };
const reasonOf = async (dataSource: object) =>
  (await serverStatementsOf(dataSource as DataSource, nothing, (sql) => sql)).reason;

/** A driver whose client fails in this way. */
function failing(fields: object): object {
  const Client = function () {
    throw Object.assign(new Error('a secret value'), fields);
  };
  return { options: { type: 'postgres' }, driver: { master: { options: {} }, postgres: { Client } } };
}

describe('why there are no figures of the server', () => {
  it.each([
    ['a driver without them', { options: { type: 'sqljs' } }, 'The TypeORM driver "sqljs" has no such figures here.'],
    [
      'a driver without clients',
      { options: { type: 'postgres' }, driver: {} },
      'The figures of the server could not be read.',
    ],
    ['an error without a code', failing({}), 'The figures of the server could not be read.'],
    ['an error with a code', failing({ code: '28P01' }), 'The figures of the server could not be read (28P01).'],
    ['a code that is a text', failing({ code: 'a secret!' }), 'The figures of the server could not be read.'],
    [
      'a code with a known reason',
      failing({ code: '55000' }),
      'The server was started without pg_stat_statements in shared_preload_libraries.',
    ],
  ])('is said without values: %s', async (_, dataSource, reason) => {
    expect(await reasonOf(dataSource)).toBe(reason);
  });
});
