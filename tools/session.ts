import { Progress } from './progress';
import { UndoList } from './undo-list';

/** npm repeats the Ctrl-C that the terminal has already sent to this process. */
const DUPLICATE_SIGNAL_WINDOW_MS = 500;

/** What a command works with that takes long and starts other processes. */
export interface Session {
  /** Its steps run at the end, whether the work succeeds, fails or is interrupted. */
  readonly undo: UndoList;
  readonly progress: Progress;
  /** Aborted by Ctrl-C and by SIGTERM; a second signal ends the process immediately. */
  readonly signal: AbortSignal;
}

/** Runs `work` in a session. An interruption ends it with the exit code that shells expect: 130 or 143. */
export async function session(work: (session: Session) => Promise<void>): Promise<void> {
  const [undo, progress, interruption] = [new UndoList(), new Progress(), new AbortController()];
  let interruptedAt: number | undefined;
  const interrupt = (signal: NodeJS.Signals): void => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    interruption.abort();
    interruptedAt ??= performance.now();
    // The processes that were started end with this one.
    if (performance.now() - interruptedAt > DUPLICATE_SIGNAL_WINDOW_MS) process.exit();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    await work({ undo, progress, signal: interruption.signal });
  } catch (error) {
    progress.end();
    if (!interruption.signal.aborted) throw error;
    progress.say('Interrupted.');
  } finally {
    await undo.run();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
