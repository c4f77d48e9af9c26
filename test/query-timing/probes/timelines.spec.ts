import { notePoolWait } from '../../../src/query-timing/probes/pool-wait';
import { end, endIfOnlyOpen } from '../../../src/query-timing/probes/timeline';
import { Timelines } from '../../../src/query-timing/probes/timelines';

const statement = (query: string, queryRunner: object = {}, parameters?: unknown) => ({
  queryRunner,
  query,
  parameters,
});

describe('the timelines of query runners', () => {
  it('keep a bounded number of statements that never end on one runner', () => {
    const timelines = new Timelines();
    const refused = statement('refused');
    for (let i = 0; i < 12_000; i++) timelines.begin(refused, i);
    const { open, overlap } = timelines.of(refused.queryRunner)!;
    expect(open).toBeLessThanOrEqual(10_001);
    expect(overlap!.waiting.length).toBeLessThanOrEqual(10_000);
  });

  it('assign the pool wait to the first statement on a connection only', () => {
    const timelines = new Timelines();
    const databaseConnection = {};
    const runner = { databaseConnection };
    notePoolWait(databaseConnection, 0.5);
    const timeline = timelines.begin(statement('BEGIN', runner), 1);
    expect(timeline.poolWait).toBe(0.5);
    endIfOnlyOpen(timeline, statement('BEGIN', runner));
    timeline.transaction = { start: 1, busy: 0, failedAt: 0, connection: undefined };
    timelines.ended(timeline);
    expect(timelines.begin(statement('SELECT 1', runner), 2)).toBe(timeline);
    expect(timeline.poolWait).toBe(0);
  });

  it('match a statement by its text when its parameters were copied', () => {
    const timelines = new Timelines();
    const runner = {};
    timelines.begin(statement('SELECT 1', runner), 1);
    const timeline = timelines.begin(statement('SELECT $1', runner, ['a']), 2);
    expect(end(timeline, 'SELECT $1', ['a'])).toMatchObject({ start: 2 });
    expect(end(timeline, 'SELECT 1', undefined)).toMatchObject({ start: 1 });
  });
});
