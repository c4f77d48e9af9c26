import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../../tools/command-line';
import type { Session } from '../../tools/session';
import { UndoList } from '../../tools/undo-list';
import type { Figure, Outcome, Stage } from './figure';
import { mistakesIn, type Line } from './scoreboard';

const MINUTE_MS = 60_000;
/** What starting and finishing may take beyond the time of a figure, and what a control may take. */
const EXTRA_MS = { whole: 10 * MINUTE_MS, short: 5 * MINUTE_MS };
/** One failure shows that the figure can fail; without its guard it may be lucky, such as when no request is on its way. */
const CONTROL_ATTEMPTS = 3;

/** Runs a figure and its control, each with what it starts. @param minutes of the figure */
export async function runFigure(
  figure: Figure,
  { progress, signal }: Pick<Session, 'progress' | 'signal'>,
  { short, minutes }: { readonly short: boolean; readonly minutes: number },
): Promise<Line> {
  const startedAt = performance.now();
  const extraMs = short ? EXTRA_MS.short : EXTRA_MS.whole;
  const perform = async (
    what: string,
    work: (stage: Stage) => Promise<Outcome>,
    [deadline, latest]: readonly [number, number],
  ): Promise<Outcome> => {
    const report = (state: string) => progress.update(`${figure.number} ${what}: ${state}`);
    const outcome = await withinTime(work, { short, signal, deadline, report }, latest);
    progress.say(`${figure.number} ${what}: ${outcome.value}`);
    return outcome;
  };
  const deadline = startedAt + minutes * MINUTE_MS;
  const outcome = await perform(figure.name, (stage) => figure.run(stage), [deadline, deadline + extraMs]);
  let control: Outcome;
  let attempts = 0;
  do {
    const limits = [Infinity, performance.now() + extraMs] as const;
    control = await perform(`control (${figure.guard})`, (stage) => figure.control(stage), limits);
    attempts += 1;
  } while (mistakesIn(control, short).length === 0 && attempts < CONTROL_ATTEMPTS);
  return { figure, outcome, control, seconds: Math.round((performance.now() - startedAt) / 1_000) };
}

/** What hangs is ended, too, with everything that it has started. */
async function withinTime(
  work: (stage: Stage) => Promise<Outcome>,
  given: Omit<Stage, 'undo'>,
  latest: number,
): Promise<Outcome> {
  const undo = new UndoList();
  const ended = new AbortController();
  const signal = AbortSignal.any([given.signal, ended.signal]);
  const limit = delay(Math.max(0, latest - performance.now()), undefined, { signal }).then(
    () => Promise.reject(new CommandError('It did not end in time.')),
    (): Promise<never> => Promise.reject(new CommandError('Interrupted.')),
  );
  try {
    return await Promise.race([work({ ...given, signal, undo }), limit]);
  } finally {
    ended.abort();
    limit.catch(() => undefined);
    await undo.run();
  }
}
