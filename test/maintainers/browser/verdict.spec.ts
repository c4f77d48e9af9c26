import {
  aFinding,
  anError,
  aPoint,
  aSlowOne,
  firstMessage,
  nextMessage,
  NOW,
  pointsUntil,
} from '../../query-timing/page/support/page-messages';
import { figuresOf, open, page, partOfCurve, send, text, verdict } from './support/page-under-test';

const SECOND = 1_000;
const DAY = 24 * 3_600_000;

describe('the verdict', () => {
  it('of a page that was just opened is about what led to the visit', async () => {
    const ago = (seconds: number) => ({ time: NOW - seconds * SECOND });
    await open(
      firstMessage({
        slow: [aSlowOne(1, ago(10)), aSlowOne(2, ago(90))],
        errors: [
          anError(1, ago(70)),
          anError(2, ago(5)),
          anError(3, { ...ago(5), errorClass: 'timeout' }),
          anError(4, { ...ago(3), queryType: 'CONNECT', fingerprint: '', errorClass: 'timeout' }),
        ],
      }),
    );
    expect(await verdict()).toEqual({
      level: 'bad',
      text: 'Needs attention',
      reasons: [
        '1 connection lost or refused, the last 3 s ago',
        '2 failed statements, the last 5 s ago',
        '1 timeout, the last 5 s ago',
        '1 slow statement, the last 10 s ago',
      ],
    });
  });

  it('says how long it has watched', async () => {
    await open();
    expect((await verdict()).text).toBe('Nothing known yet: waiting for the next second');
    await send(nextMessage(NOW + SECOND));
    expect((await verdict()).text).toBe('Quiet: no statements in the last second');
    await send(nextMessage(NOW + 2 * SECOND, { points: [aPoint(NOW + 2 * SECOND, { statements: 3, p95: 2 })] }));
    expect((await verdict()).text).toBe(
      'All is well in the last 2 seconds: no errors, nothing slow, p95 at most 2.00 ms in a second',
    );
  });

  const busy = (more: object) =>
    pointsUntil(NOW, 60, { statements: 10, p95: 3 }).map((point, i) => (i === 58 ? { ...point, ...more } : point));
  it.each([
    ['failed statements, if they are more than one in a hundred', { errors: 7 }, 'bad', ['7 failed statements']],
    ['a few failed statements', { errors: 6 }, 'warn', ['6 failed statements']],
    ['timeouts', { errors: 1, timeouts: 1 }, 'bad', ['1 failed statement', '1 timeout']],
    ['connections', { acquireFailures: 2 }, 'bad', ['2 connections lost or refused']],
    ['slow statements', { slow: 1 }, 'warn', ['1 slow statement']],
    ['a second of waiting', { pending: 4 }, 'warn', ['1 second with requests that waited for the pool']],
  ])('names %s', async (_, more, level, reasons) => {
    await open(firstMessage({ points: busy(more) }));
    expect(await verdict()).toMatchObject({ level, reasons });
  });

  it('needs attention when requests have waited for the pool in three seconds', async () => {
    const points = pointsUntil(NOW, 60, { statements: 10 }).map((point, i) => ({ ...point, pending: i > 56 ? 1 : 0 }));
    await open(firstMessage({ points }));
    expect(await verdict()).toMatchObject({
      level: 'bad',
      reasons: ['3 seconds with requests that waited for the pool'],
    });
  });

  it('says when something happened for the last time, if it no longer goes on', async () => {
    const points = pointsUntil(NOW, 60, { statements: 10 }).map((point, i) => ({ ...point, errors: i < 20 ? 1 : 0 }));
    await open(firstMessage({ points }));
    expect((await verdict()).reasons).toEqual(['20 failed statements, the last 40 s ago']);
  });

  it('names what is repeated, and forgets it after a minute', async () => {
    const points = pointsUntil(NOW, 60, { statements: 10 });
    await open(firstMessage({ points }, { findings: [aFinding('a')] }));
    expect(await verdict()).toMatchObject({ level: 'warn', reasons: ['1 repeated statement in units of work'] });
    await send(nextMessage(NOW + 61 * SECOND, { points: pointsUntil(NOW + 61 * SECOND, 60, { statements: 10 }) }));
    expect(await verdict()).toMatchObject({ level: 'well', reasons: [] });
  });

  it('leads to the table of each reason', async () => {
    const points = busy({ acquireFailures: 1, errors: 9, timeouts: 1, slow: 1, pending: 1 });
    await open(firstMessage({ points }, { findings: [aFinding('a')] }));
    const shown: string[] = [];
    for (let i = 0; i < 6; i++) {
      await page.locator('#reasons a').nth(i).click();
      shown.push((await page.locator('#panel table').getAttribute('id')) ?? '');
    }
    expect(shown.map((id) => id.replace('table-', ''))).toEqual([
      'errors',
      'errors',
      'errors',
      'units',
      'slow',
      'repeated',
    ]);
  });
});

describe('times', () => {
  it('are those of the server, whatever the clock of the browser says', async () => {
    await page.clock.setFixedTime(NOW - 3 * DAY);
    const points = pointsUntil(NOW, 60, { statements: 5, p95: 3 });
    await open(firstMessage({ points, errors: [anError(1, { time: NOW - 5 * SECOND })] }), '#tab=errors');
    expect(await figuresOf('errors', 1)).toEqual(['11:59:55']);
    expect(await text('#state-text')).toBe('live 12:00:00');
    expect((await partOfCurve(0.5, 0)).equals(await partOfCurve(0.5, 1))).toBe(false);
    expect((await verdict()).reasons).toEqual(['1 failed statement, the last 5 s ago']);
    expect(await page.locator('.chart').first().locator('b').allTextContents()).toEqual(['5', '–']);
  });

  it('have their day if they are long ago', async () => {
    const slow = [aSlowOne(1, { time: NOW - 3 * DAY }), aSlowOne(2, { time: NOW - 5 * SECOND })];
    await open(firstMessage({ slow }), '#tab=slow');
    expect(await figuresOf('slow', 1)).toEqual(['11:59:55', '28 Jan 12:00:00']);
  });
});
