import { setImmediate } from 'node:timers/promises';
import { notePoolWait } from '../../../src/query-timing/probes/pool-wait';
import { end, endIfOnlyOpen } from '../../../src/query-timing/probes/timeline';
import { Timelines } from '../../../src/query-timing/probes/timelines';

const statement = (query: string, queryRunner: object = {}, parameters?: unknown) => ({
  queryRunner,
  query,
  parameters,
});

const forPostgres = () => new Timelines('asked', () => undefined);

describe('the timelines of query runners', () => {
  it('remember the texts of at most 32 open statements on one runner, and end the others in their order', () => {
    const timelines = forPostgres();
    const queryRunner = {};
    for (let i = 0; i < 100; i++) timelines.begin(statement(`SELECT ${i}`, queryRunner), i);
    const timeline = timelines.of(queryRunner)!;
    expect(timeline.open).toBe(100);
    expect(JSON.stringify(timeline).match(/SELECT/g)).toHaveLength(32);
    const starts = Array.from({ length: 100 }, (_, i) => end(timeline, `SELECT ${i}`, undefined)?.start);
    expect(starts).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(timeline.open).toBe(0);
  });

  it('keep a bounded number of statements that never end on one runner, and report the others as lost', () => {
    let lost = 0;
    const timelines = new Timelines('asked', (statements) => (lost += statements));
    const refused = statement('refused');
    for (let i = 0; i < 12_000; i++) timelines.begin(refused, i);
    expect(timelines.of(refused.queryRunner)!.open).toBe(10_032);
    expect(lost).toBe(12_000 - 10_032);
  });

  it('give up no statement while the process is too busy to send it', async () => {
    let lost = 0;
    const timelines = new Timelines('synchronous', (statements) => (lost += statements));
    const runner = {};
    timelines.begin(statement('SELECT 1', runner), 0);
    timelines.begin(statement('SELECT 2', runner), 60_000);
    expect(lost).toBe(0);
    await setImmediate();
    timelines.begin(statement('SELECT 3', runner), 60_050);
    expect(lost).toBe(1);
    expect(end(timelines.of(runner)!, 'SELECT 2', undefined)).toMatchObject({ start: 60_000 });
  });

  it('assign the pool wait to the first statement on a connection only', () => {
    const timelines = forPostgres();
    const databaseConnection = {};
    const runner = { databaseConnection };
    notePoolWait(databaseConnection, 0.5);
    const timeline = timelines.begin(statement('BEGIN', runner), 1);
    expect(timeline.poolWait).toBe(0.5);
    endIfOnlyOpen(timeline, statement('BEGIN', runner));
    timeline.transaction = { start: 1, busy: 0, failedAt: 0, connection: undefined, scope: undefined };
    timelines.ended(timeline);
    expect(timelines.begin(statement('SELECT 1', runner), 2)).toBe(timeline);
    expect(timeline.poolWait).toBe(0);
  });

  it('match a statement by its text when its parameters were copied', () => {
    const timelines = forPostgres();
    const runner = {};
    timelines.begin(statement('SELECT 1', runner), 1);
    const timeline = timelines.begin(statement('SELECT $1', runner, ['a']), 2);
    expect(end(timeline, 'SELECT $1', ['a'])).toMatchObject({ start: 2 });
    expect(end(timeline, 'SELECT 1', undefined)).toMatchObject({ start: 1 });
  });
});
