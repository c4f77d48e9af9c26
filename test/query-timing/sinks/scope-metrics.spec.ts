import { Registry } from 'prom-client';
import { installQueryTiming, runInScope, type InstallOptions } from '../../../src/query-timing/core';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub } from '../support/stub-postgres';
import { timed } from '../support/timed';

const SCOPES = /^db_(scope|repeated|query_budget)/;

/** The lines of these metrics, without those that are 0. */
async function linesOf(registry: Registry): Promise<string[]> {
  const lines = (await registry.metrics()).split('\n');
  return lines.filter((line) => SCOPES.test(line) && !line.endsWith(' 0') && !line.includes('_seconds'));
}

const work = (dataSource: { query: (sql: string) => Promise<unknown> }, name: string, statements: number) =>
  runInScope(name, async () => {
    for (let i = 0; i < statements; i++) await dataSource.query('SELECT a FROM b');
  });

describe('the metrics of units of work', () => {
  it('count statements by name, repeated ones and exceeded budgets', async () => {
    const { dataSource, registry, timing } = await timed({ scopes: { repeated: 3, budget: { statements: 3 } } });
    await work(dataSource, 'GET /authors', 1);
    await work(dataSource, 'GET /authors', 4);
    timing.uninstall();
    expect(await linesOf(registry)).toEqual([
      ...['1', '2'].map((le) => `db_scope_statements_bucket{le="${le}",scope="GET /authors"} 1`),
      ...['5', '10', '20', '50', '100', '200', '500', '1000', '+Inf'].map(
        (le) => `db_scope_statements_bucket{le="${le}",scope="GET /authors"} 2`,
      ),
      'db_scope_statements_sum{scope="GET /authors"} 5',
      'db_scope_statements_count{scope="GET /authors"} 2',
      'db_repeated_statements_total{scope="GET /authors"} 1',
      'db_query_budget_exceeded_total{scope="GET /authors"} 1',
    ]);
    expect(await registry.metrics()).toContain('db_scope_seconds_count{scope="GET /authors"} 2');
  });

  it('do not exist without the option', async () => {
    const { dataSource, registry, timing } = await timed();
    await work(dataSource, 'job', 1);
    timing.uninstall();
    expect(await registry.metrics()).not.toMatch(SCOPES);
  });

  it('have one series per name up to the limit, and count all others as other', async () => {
    const { dataSource, registry, timing } = await timed({ scopes: { maxNames: 40 } });
    for (let i = 0; i < 100; i++) await work(dataSource, `job ${i}`, 1);
    timing.uninstall();
    const counts = (await linesOf(registry)).filter((line) => line.startsWith('db_scope_statements_count'));
    expect(counts).toHaveLength(41);
    expect(counts).toContain('db_scope_statements_count{scope="other"} 60');
  });

  it('count a unit of work once for all DataSources, and never less after one is gone', async () => {
    const registry = new Registry();
    const open = async (name: string, options: InstallOptions = {}) => {
      const dataSource = await initializedStub();
      const shared = { registry, logger: recordingLogger(), scopes: true, name };
      return { dataSource, timing: installQueryTiming(dataSource, { ...shared, ...options }) };
    };
    const [one, two, three] = [await open('one'), await open('two'), await open('three', { scopes: false })];
    const count = async () => {
      const lines = (await linesOf(registry)).filter((line) => line.startsWith('db_scope_statements_'));
      return lines.filter((line) => !line.includes('bucket')).map((line) => line.replace('db_scope_statements_', ''));
    };
    const both = () =>
      runInScope('both', async () => {
        for (const { dataSource } of [one, two, three]) await dataSource.query('SELECT 1');
      });
    await both();
    expect(await count()).toEqual(['sum{scope="both",data_source="one"} 2', 'count{scope="both",data_source="one"} 1']);
    one.timing.uninstall();
    await both();
    expect(await count()).toEqual([
      'sum{scope="both",data_source="one"} 2',
      'count{scope="both",data_source="one"} 1',
      'sum{scope="both",data_source="two"} 1',
      'count{scope="both",data_source="two"} 1',
    ]);
    for (const { timing } of [two, three]) timing.uninstall();
  });

  it('continue for a new DataSource with the same name', async () => {
    const registry = new Registry();
    for (let i = 0; i < 3; i++) {
      const dataSource = await initializedStub();
      const timing = installQueryTiming(dataSource, { registry, logger: recordingLogger(), scopes: true });
      await work(dataSource, `job ${i % 2}`, 1);
      timing.uninstall();
    }
    const lines = await linesOf(registry);
    expect(lines).toContain('db_scope_statements_count{scope="job 0"} 2');
    expect(lines).toContain('db_scope_statements_count{scope="job 1"} 1');
  });

  it('have one series for names that are printed in the same way', async () => {
    const { dataSource, registry, timing } = await timed({ scopes: true });
    for (const half of ['\ud800', '\udc00']) await work(dataSource, `half ${half}`, 1);
    for (const sign of ['😀', '🤖']) await work(dataSource, `${'x'.repeat(98)}${sign} and more`, 1);
    timing.uninstall();
    const counts = (await linesOf(registry)).filter((line) => line.startsWith('db_scope_statements_count'));
    expect(counts).toEqual([
      'db_scope_statements_count{scope="half \ufffd"} 2',
      `db_scope_statements_count{scope="${'x'.repeat(98)}\ufffd…"} 2`,
    ]);
  });

  it('print a name that would break the exposition in one line', async () => {
    const { dataSource, registry, timing } = await timed({ scopes: true });
    await work(dataSource, ` a\n"b"\\ \u0000${'x'.repeat(200)}`, 1);
    await work(dataSource, '', 1);
    timing.uninstall();
    const counts = (await linesOf(registry)).filter((line) => line.includes('_count'));
    expect(counts).toEqual([
      `db_scope_statements_count{scope="a \\"b\\"\\\\ ${'x'.repeat(92)}…"} 1`,
      'db_scope_statements_count{scope="unnamed"} 1',
    ]);
  });
});
