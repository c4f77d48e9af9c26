import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../../tools/command-line';
import type { Session } from '../../tools/session';
import { UndoList } from '../../tools/undo-list';
import type { Figure, Outcome, Stage } from './figure';
import type { Line } from './scoreboard';

const MINUTE_MS = 60_000;
/** What starting, finishing and the control may take beyond the time of a figure. */
const MAX_EXTRA_MS = 10 * MINUTE_MS;

/** Runs a figure and its control, each with what it starts. @param minutes of the figure */
export async function runFigure(
  figure: Figure,
  { progress, signal }: Pick<Session, 'progress' | 'signal'>,
  { short, minutes }: { readonly short: boolean; readonly minutes: number },
): Promise<Line> {
  const startedAt = performance.now();
  const deadline = startedAt + minutes * MINUTE_MS;
  const perform = (what: string, work: (stage: Stage) => Promise<Outcome>): Promise<Outcome> => {
    const report = (state: string) => progress.update(`${figure.number} ${what}: ${state}`);
    return withinTime(work, { short, signal, deadline, report }, deadline + MAX_EXTRA_MS);
  };
  const outcome = await perform(figure.name, (stage) => figure.run(stage));
  progress.say(`${figure.number} ${figure.name}: ${outcome.value}`);
  const control = await perform(`control (${figure.guard})`, (stage) => figure.control(stage));
  progress.say(`${figure.number} control (${figure.guard}): ${control.value}`);
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
