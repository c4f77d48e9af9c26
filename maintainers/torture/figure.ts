import type { Session } from '../../tools/session';

/** What a figure works with. What it starts is undone when it ends. */
export interface Stage extends Pick<Session, 'undo' | 'signal'> {
  /** Without the extent that the target asks for; then only counts decide, never times. */
  readonly short: boolean;
  /** Of the monotonic clock: no new round begins after it. A control has none. */
  readonly deadline: number;
  readonly report: (state: string) => void;
}

export interface Outcome {
  /** For the table. */
  readonly value: string;
  /** Counts that differ from what they must be, one line each. */
  readonly wrong: readonly string[];
  /** Times and sizes beyond the target, one line each. A short run ignores them. */
  readonly beyond?: readonly string[];
  /** Whether it did as much as the target asks for. */
  readonly whole: boolean;
  /** Everything that was measured, for the JSON file. */
  readonly measured: Readonly<Record<string, unknown>>;
}

/** One line of the scoreboard. */
export interface Figure {
  readonly number: number;
  readonly name: string;
  readonly target: string;
  /** Time for a whole run. */
  readonly minutes: number;
  run(stage: Stage): Promise<Outcome>;
  /** What the control switches off. */
  readonly guard: string;
  /** A short extent with the guard off: long enough to fail. */
  control(stage: Stage): Promise<Outcome>;
}

export const isOver = ({ deadline }: Stage): boolean => performance.now() >= deadline;
