import { counted, groupsOf, listOf } from './report';
import { record, type Recording } from './recording';

interface MatcherContext {
  readonly isNot?: boolean;
}

interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/** The part of Jest's and Vitest's `expect` that is used. */
export interface Expect {
  (actual: unknown): { toMatchSnapshot(hint?: string): void };
  extend(matchers: typeof queryMatchers): void;
}

let snapshots: Expect | undefined;

/** @internal The `expect` whose snapshots are used. */
export function useExpect(expect: Expect): void {
  snapshots = expect;
}

/** The matchers, for `expect.extend`. {@link extendExpect} does it. */
export const queryMatchers = {
  async toTakeStatements(this: MatcherContext, work: unknown, count: number): Promise<MatcherResult> {
    checkCount(count, 'toTakeStatements');
    const recording = await recorded(work);
    const actual = recording.statements.length;
    return {
      pass: actual === count,
      message: () => `${expected(this)} to take ${counted(count)}. It took ${actual}:\n${listOf(recording)}`,
    };
  },

  async toTakeAtMost(this: MatcherContext, work: unknown, count: number): Promise<MatcherResult> {
    checkCount(count, 'toTakeAtMost');
    const recording = await recorded(work);
    const actual = recording.statements.length;
    return {
      pass: actual <= count,
      message: () => `${expected(this)} to take at most ${counted(count)}. It took ${actual}:\n${listOf(recording)}`,
    };
  },

  async toRepeatStatements(this: MatcherContext, work: unknown, times = 2): Promise<MatcherResult> {
    checkCount(times, 'toRepeatStatements');
    const recording = await recorded(work);
    const repeated = groupsOf(recording.statements).filter(({ count }) => count >= times);
    return {
      pass: repeated.length > 0,
      message: () =>
        `${expected(this)} to repeat a statement (${times} times or more). ${repeated.length} were repeated:\n${listOf(recording)}`,
    };
  },

  async toTakeAsManyStatementsFor(
    this: MatcherContext,
    work: unknown,
    ...sizes: readonly number[]
  ): Promise<MatcherResult> {
    if (sizes.length < 2) throw new TypeError('toTakeAsManyStatementsFor: expected at least two sizes');
    const recordings: Recording[] = [];
    for (const size of sizes) recordings.push(await recorded(work, size));
    const counts = recordings.map(({ statements }) => statements.length);
    return {
      pass: counts.every((count) => count === counts[0]),
      message: () => {
        const lists = recordings.map((recording, i) => `for ${sizes[i]}: ${counted(counts[i]!)}\n${listOf(recording)}`);
        return `${expected(this)} to take as many statements for ${sizes.join(', ')}.\n${lists.join('\n')}`;
      },
    };
  },

  async toMatchStatements(this: MatcherContext, work: unknown, hint?: string): Promise<MatcherResult> {
    if (this.isNot) throw new TypeError('toMatchStatements: cannot be used with .not');
    const expect = snapshots;
    if (expect === undefined)
      throw new Error('toMatchStatements: call extendExpect(expect) with the expect of your tests');
    const recording = await recorded(work);
    const groups = groupsOf(recording.statements);
    const lines = groups.map(({ count, fingerprint, statement }) => `${count} x ${fingerprint} ${statement}`).sort();
    try {
      expect(lines).toMatchSnapshot(...(hint === undefined ? [] : [hint]));
      return { pass: true, message: () => '' };
    } catch (error) {
      return { pass: false, message: () => `${String((error as Error).message)}\n\n${listOf(recording)}` };
    }
  },

  async toKeepBudgets(this: MatcherContext, work: unknown): Promise<MatcherResult> {
    const recording = await recorded(work);
    const exceeded = recording.scopes.filter(({ findings }) => findings.some(({ kind }) => kind === 'exceeded_budget'));
    return {
      pass: exceeded.length === 0,
      message: () =>
        `${expected(this)} to keep its budgets. Exceeded by: ${exceeded.map(({ name }) => name).join(', ') || 'none'}\n${listOf(recording)}`,
    };
  },
};

function expected({ isNot }: MatcherContext): string {
  return `Expected the work ${isNot ? 'not ' : ''}`.trimEnd();
}

function checkCount(count: unknown, matcher: string): void {
  if (!Number.isInteger(count) || (count as number) < 0) {
    throw new TypeError(`${matcher}: expected a whole number, 0 or more`);
  }
}

async function recorded(work: unknown, ...sizes: readonly number[]): Promise<Recording> {
  if (typeof work !== 'function') {
    throw new TypeError(
      'Expected a function: expect(() => work()). A promise has begun before its statements could be seen.',
    );
  }
  return record(() => (work as (...given: readonly number[]) => unknown)(...sizes));
}
