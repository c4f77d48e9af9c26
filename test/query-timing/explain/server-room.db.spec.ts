import { createTestDatabase } from '../support/postgres';
import { capturing } from './capturing';

it('the statements of the server say that it has dropped some, for lack of room', async () => {
  const database = await createTestDatabase({ 'pg_stat_statements.max': '100' });
  const dataSource = await database.dataSource().initialize();
  try {
    const { timing } = capturing(dataSource);
    const dropped = async () =>
      (await timing.serverStatements()).notes.filter((note) => note.includes('pg_stat_statements.max is too low'));
    expect(await dropped()).toEqual([]);
    for (let i = 0; i < 150; i++) await dataSource.query(`SELECT ${'1, '.repeat(i)}1`);
    expect(await dropped()).toHaveLength(1);
  } finally {
    await dataSource.destroy();
    await database.drop();
  }
});
