import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import type { ReadPoint } from '../support/open-telemetry';
import { createTestDatabase, type TestDatabase } from '../support/postgres';

const run = promisify(execFile);

interface Pool {
  readonly name: string;
  readonly used: number;
  readonly idle: number;
  readonly pending: number;
  readonly limit: number;
}

interface Report {
  readonly points: Readonly<Record<string, Readonly<Record<string, readonly ReadPoint[]>>>>;
  readonly pools: readonly Pool[];
}

/** pg is instrumented while it is loaded, which only a separate process does. */
const PROGRAM = 'test/query-timing/opentelemetry/beside-instrumentation.process.ts';

let database: TestDatabase;
let report: Report;
let port: number;
beforeAll(async () => {
  database = await createTestDatabase();
  const { url } = database.dataSource().options as { url: string };
  port = Number(new URL(url).port);
  const { stdout } = await run(process.execPath, ['--require', 'tsx/cjs', PROGRAM, url]);
  report = JSON.parse(stdout) as Report;
}, 120_000);
afterAll(() => database.drop());

const ours = () => report.points['nestjs-query-timing']!;
const theirs = () => report.points['@opentelemetry/instrumentation-pg']!;
const counts = (points: readonly ReadPoint[], nameOf: (point: ReadPoint) => unknown) => {
  const all: Record<string, number> = {};
  for (const point of points) {
    const name = String(nameOf(point));
    all[name] = (all[name] ?? 0) + (point.value as Histogram).count;
  }
  return all;
};

describe('db.client.operation.duration beside @opentelemetry/instrumentation-pg', () => {
  const NAME = 'db.client.operation.duration';
  const operation = ({ attributes }: ReadPoint) => attributes['db.operation.name'];

  it('counts the same statements by operation', () => {
    // It takes the first word: the library has no CREATE, and START TRANSACTION is a BEGIN.
    const names: Readonly<Record<string, string>> = { START: 'BEGIN', CREATE: 'undefined' };
    const expected = counts(theirs()[NAME]!, (point) => names[String(operation(point))] ?? operation(point));
    expect(counts(ours()[NAME]!, operation)).toEqual(expected);
    expect(expected).toEqual({
      SELECT: 24,
      INSERT: 8,
      UPDATE: 1,
      DELETE: 1,
      BEGIN: 2,
      COMMIT: 1,
      ROLLBACK: 1,
      undefined: 1,
    });
  });

  it('has the codes of the errors, which the other leaves out', () => {
    const failed = ours()[NAME]!.filter(({ attributes }) => attributes['error.type'] !== undefined);
    expect(counts(failed, ({ attributes }) => attributes['db.response.status_code'])).toEqual({
      '23505': 1,
      '42P01': 2,
    });
    expect(failed.every(({ attributes }) => attributes['error.type'] === attributes['db.response.status_code'])).toBe(
      true,
    );
  });

  it('has the attributes and the buckets of the other', () => {
    const attributes = {
      'db.system.name': 'postgresql',
      'db.namespace': database.role,
      'server.address': expect.any(String) as string,
      'server.port': port,
      'db.operation.name': 'SELECT',
    };
    const select = (points: readonly ReadPoint[]) => points.find((point) => operation(point) === 'SELECT')!;
    const selects = [ours(), theirs()].map((metrics) => select(metrics[NAME]!));
    for (const point of selects) expect(point.attributes).toEqual(attributes);
    const boundaries = selects.map(({ value }) => (value as Histogram).buckets.boundaries);
    expect(boundaries[0]).toEqual(boundaries[1]);
  });
});

describe('the metrics of connections', () => {
  const valueOf = (name: string, pool: string, state?: string) => {
    const points = ours()[name]!.filter(({ attributes }) => attributes['db.client.connection.pool.name'] === pool);
    return points.find(({ attributes }) => attributes['db.client.connection.state'] === state)?.value;
  };

  it('are those of each pool itself', () => {
    const published = report.pools.map(({ name }) => ({
      name,
      used: valueOf('db.client.connection.count', name, 'used'),
      idle: valueOf('db.client.connection.count', name, 'idle'),
      pending: valueOf('db.client.connection.pending_requests', name),
      limit: valueOf('db.client.connection.limit', name),
    }));
    expect(published).toEqual(report.pools);
    expect(report.pools.map(({ used }) => used)).toEqual([3, 1]);
    expect(report.pools.map(({ pending }) => pending)).toEqual([1, 0]);
    expect(report.pools.map(({ limit }) => limit)).toEqual([3, 4]);
  });

  it('have the time that requests waited, and the requests that timed out', () => {
    const waits = ours()['db.client.connection.wait_time']!;
    expect(waits.map(({ attributes }) => attributes['db.client.connection.pool.name'])).toEqual(['teas', 'cups']);
    for (const { value } of waits) expect((value as Histogram).count).toBeGreaterThan(0);
    expect(ours()['db.client.connection.timeouts']).toBeUndefined();
  });
});
