import type { Readable } from 'node:stream';
import { Registry } from 'prom-client';
import { installQueryTiming, type CompletedQuery } from '../../../src/query-timing/core';
import { sample } from '../support/exposition';
import { recordingLogger } from '../support/recording-logger';
import { initializedStub } from '../support/stub-postgres';

/** A stream of the stubbed server: the test decides what it yields and how it ends. */
async function streaming() {
  const seen: CompletedQuery[] = [];
  const registry = new Registry();
  const dataSource = await initializedStub();
  const sinks = [{ record: (query: CompletedQuery) => void seen.push(query) }];
  const timing = installQueryTiming(dataSource, { logger: recordingLogger(), registry, sinks });
  const runner = dataSource.createQueryRunner();
  const start = (sql = 'SELECT 1'): Promise<Readable> => runner.stream(sql, ['parameter']);
  return { seen, registry, dataSource, timing, runner, start };
}

const closed = (stream: Readable) => new Promise((resolve) => stream.once('close', resolve));

describe('the stream probe', () => {
  it('reports a stream once, at its end, with its rows, its first row and its parameters', async () => {
    const { seen, registry, start } = await streaming();
    const stream = await start();
    const rows: unknown[] = [];
    stream.on('data', (row) => rows.push(row));
    for (const row of [{ id: 1 }, { id: 2 }, null]) stream.push(row);
    await closed(stream);
    expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
    expect(seen).toEqual([expect.objectContaining({ failed: false, parameters: ['parameter'], queuedSeconds: 0 })]);
    expect(seen[0]!.stream).toEqual({ rows: 2, firstRowSeconds: expect.any(Number), readerSeconds: 0 });
    expect(await sample(registry, 'db_query_streamed_rows_total')).toBe(2);
    expect(await sample(registry, 'db_query_first_row_seconds_count')).toBe(1);
  });

  it('reports a stream without rows without a first row', async () => {
    const { seen, registry, start } = await streaming();
    const stream = (await start()).resume();
    stream.push(null);
    await closed(stream);
    expect(seen[0]!.stream).toEqual({ rows: 0, firstRowSeconds: undefined, readerSeconds: 0 });
    expect(await sample(registry, 'db_query_first_row_seconds_count')).toBe(0);
  });

  it.each([undefined, 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE'])(
    'takes one that its reader closes early (%s) for a success',
    async (code) => {
      const { seen, start } = await streaming();
      const stream = await start();
      stream.on('error', () => undefined);
      stream.push({ id: 1 });
      stream.destroy(code === undefined ? undefined : Object.assign(new Error('enough'), { code }));
      await closed(stream);
      expect(seen).toEqual([expect.objectContaining({ failed: false, stream: expect.objectContaining({ rows: 1 }) })]);
    },
  );

  it('reports a failure once, with its error, and leaves the error unhandled', async () => {
    const { seen, start } = await streaming();
    const stream = await start();
    expect(stream.listenerCount('error')).toBe(0);
    const error = Object.assign(new Error('no'), { code: '42601' });
    stream.on('error', () => undefined);
    stream.destroy(error);
    await closed(stream);
    expect(seen).toEqual([expect.objectContaining({ failed: true, error, errorClass: 'syntax' })]);
  });

  it('distinguishes equal streams on one runner, in any order of their ends', async () => {
    const { seen, start } = await streaming();
    const [one, two] = [(await start()).resume(), (await start()).resume()];
    two.push({ id: 1 });
    two.push(null);
    await closed(two);
    one.push(null);
    await closed(one);
    expect(seen.map(({ stream }) => stream!.rows)).toEqual([1, 0]);
  });

  it('does not report a stream that never reached the server, and passes its error on', async () => {
    const { seen, runner, start } = await streaming();
    await runner.release();
    await expect(start()).rejects.toThrow();
    expect(seen).toEqual([]);
  });

  it('observes nothing after the timing is uninstalled', async () => {
    const { seen, timing, start } = await streaming();
    timing.uninstall();
    const stream = (await start()).resume();
    stream.push(null);
    await closed(stream);
    expect(seen).toEqual([]);
  });

  it('ignores what is not a stream, and counts its own errors', async () => {
    const { seen, registry, dataSource, start } = await streaming();
    const instead = (result: unknown) =>
      Object.assign(dataSource.driver, {
        loadStreamDependency: () =>
          function () {
            return result;
          },
      });
    instead({ rows: [] });
    expect(await start()).toEqual({ rows: [] });
    const broken = {
      push: () => true,
      on: () => {
        throw new Error('of another library');
      },
    };
    instead(broken);
    expect(await start()).toBe(broken);
    expect(seen).toEqual([]);
    expect(await sample(registry, 'db_query_timing_internal_errors_total', { part: 'stream_probe' })).toBe(1);
  });
});
