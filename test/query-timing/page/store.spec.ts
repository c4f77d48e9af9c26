import { Store } from '../../../src/query-timing/page/client/store';
import { verdictOf } from '../../../src/query-timing/page/client/verdict';
import {
  anError,
  aFinding,
  aPlan,
  aPoint,
  aSlowOne,
  aStatement,
  firstMessage,
  nextMessage,
  NOW,
  pointsUntil,
} from './support/page-messages';

const SECOND = 1_000;
const at = (seconds: number) => NOW + seconds * SECOND;

/** What a tab keeps of one DataSource. */
function kept(...messages: Parameters<Store['apply']>[0][]) {
  const store = new Store();
  for (const message of messages) store.apply(message);
  return { store, source: store.sources.get('default')! };
}

describe('what a tab keeps', () => {
  it('is the points of ten minutes', () => {
    const messages = Array.from({ length: 700 }, (_, i) => nextMessage(at(i + 1)));
    const { source } = kept(firstMessage(), ...messages);
    expect([source.points.length, source.points.at(-1)!.time]).toEqual([600, at(700)]);
  });

  it('is the plans of what it shows', () => {
    const planOf = (fingerprint: string) => ({ fingerprint, plan: aPlan(fingerprint) });
    const { source } = kept(
      firstMessage({
        statements: [aStatement('a'), aStatement('b')],
        slow: [aSlowOne(1)],
        plans: ['a', 'b', 'f1'].map(planOf),
      }),
      nextMessage(at(1), { gone: ['a'], plans: [planOf('nowhere')] }),
    );
    expect([...source.plans.keys()]).toEqual(['b', 'f1']);
  });

  it('is each event once, and a hundred of them, of which a flood of one kind leaves the others', () => {
    const rare = { ...anError(1), statement: 'SELECT rare' };
    const floodOf = (from: number) =>
      Array.from({ length: 80 }, (_, i) => ({ ...anError(from + i), statement: 'SELECT often' }));
    const { source } = kept(
      firstMessage({ errors: [rare] }),
      nextMessage(at(1), { errors: floodOf(2) }),
      firstMessage({ errors: [rare, ...floodOf(2)] }),
      nextMessage(at(2), { errors: floodOf(82) }),
    );
    expect(source.errors.map(({ id }) => id)).toEqual([...Array.from({ length: 99 }, (_, i) => 161 - i), 1]);
  });

  it('is fifty findings, the last ones', () => {
    const names = Array.from({ length: 60 }, (_, i) => `f${i}`);
    const { store } = kept(
      firstMessage({}, { findings: names.slice(0, 50).map((name) => aFinding(name)) }),
      nextMessage(at(1), {}, { findings: [aFinding('f0'), ...names.slice(50).map((name) => aFinding(name))] }),
    );
    expect([store.findings.size, [...store.findings.values()].some(({ fingerprint }) => fingerprint === 'f0')]).toEqual(
      [50, true],
    );
    expect([...store.findings.values()].some(({ fingerprint }) => fingerprint === 'f1')).toBe(false);
  });
});

describe('the load of a statement', () => {
  it('is that of the last minute', () => {
    const messages = Array.from({ length: 120 }, (_, i) =>
      nextMessage(at(i + 1), { statements: i < 30 ? [aStatement('a', { totalMs: 100 * (i + 1) })] : [] }),
    );
    const loads = [10, 60, 75, 120].map(
      (seconds) =>
        kept(
          firstMessage({ statements: [aStatement('a', { totalMs: 0 })] }),
          ...messages.slice(0, seconds),
        ).source.statement('a')!.load,
    );
    expect(loads).toEqual([100, 50, 25, 0]);
  });

  it('begins again after a reset', () => {
    const { source } = kept(
      firstMessage({ statements: [aStatement('a', { totalMs: 5_000 })] }),
      nextMessage(at(1), { statements: [aStatement('a', { totalMs: 40 })] }),
    );
    expect(source.statement('a')!.load).toBe(40);
  });
});

describe('the verdict', () => {
  const nothing = { points: [], slow: [], errors: [], findings: [] };

  it('is about the last minute, in what was watched and in the journals', () => {
    const old = pointsUntil(NOW - 60 * SECOND, 30, {
      statements: 9,
      errors: 9,
      timeouts: 9,
      slow: 9,
      acquireFailures: 9,
      pending: 9,
    });
    const ago = { time: NOW - 60 * SECOND };
    const evidence = {
      points: [...old, ...pointsUntil(NOW, 60, { statements: 1 })],
      slow: [aSlowOne(1, ago)],
      errors: [anError(2, ago), anError(1, { ...ago, queryType: 'CONNECT' })],
      findings: [aFinding('a', { lastSeen: ago.time })],
    };
    expect(verdictOf(evidence, NOW)).toMatchObject({ level: 'well', reasons: [] });
  });

  it('counts once what was watched and is in a journal, too', () => {
    const points = pointsUntil(NOW, 60, { statements: 1 });
    const evidence = { ...nothing, points: [...points.slice(0, -1), aPoint(NOW, { errors: 2, slow: 1 })] };
    const verdict = verdictOf({ ...evidence, errors: [anError(1), anError(2)], slow: [aSlowOne(1)] }, NOW);
    expect(verdict.reasons.map(({ text }) => text)).toEqual(['2 failed statements', '1 slow statement']);
  });
});
