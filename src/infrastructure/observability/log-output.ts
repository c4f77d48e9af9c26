import { pino, type DestinationStream } from 'pino';
import { openSync, constants } from 'node:fs';
import { isatty } from 'node:tty';

/** At most this much waits for the reader: some four thousand lines. Further lines are dropped and counted. */
const MAX_WAITING_BYTES = 1_048_576;
const RETRY_MS = 50;
/** How long an exit waits for a reader that does not read. */
const MAX_EXIT_DELAY_MS = 2_000;
const EXIT_POLL_MS = 10;

export interface Interruption {
  readonly droppedLines: number;
  readonly durationMs: number;
}

/**
 * Writes lines to a file descriptor, each at the time it is logged: a crash loses none. When the descriptor takes no more
 * (the pipe is full, the disk is full, the reader has ended), lines wait and the process goes on.
 */
export class LogOutput implements DestinationStream {
  droppedLines = 0;
  private readonly stream;
  private interrupted: { readonly since: number; readonly droppedBefore: number } | undefined;
  private lastError: NodeJS.ErrnoException | undefined;

  /** @param onResumed called when lines can be written again, if some were dropped */
  constructor(
    descriptor: number,
    private readonly onResumed: (interruption: Interruption) => void,
  ) {
    this.stream = pino.destination({
      dest: descriptor,
      sync: true,
      // flush() does nothing without a minimum. Every line is longer.
      minLength: 1,
      maxLength: MAX_WAITING_BYTES,
      // Otherwise it would sleep, with the whole process, until the reader reads.
      retryEAGAIN: () => false,
    });
    // pino's own listener discards all further lines after an EPIPE, uncounted, and turns other errors into a crash.
    this.stream.removeAllListeners('error');
    this.stream.on('error', (error: NodeJS.ErrnoException) => this.interrupt(error));
    this.stream.on('drop', () => void (this.droppedLines += 1));
  }

  write(line: string): void {
    this.stream.write(line);
  }

  /** Writes what still waits, for at most two seconds. Call when the process exits. */
  finish(): void {
    const deadline = performance.now() + MAX_EXIT_DELAY_MS;
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    while (this.interrupted && this.lastError?.code === 'EAGAIN' && performance.now() < deadline) {
      Atomics.wait(sleeper, 0, 0, EXIT_POLL_MS);
      this.retry();
    }
  }

  private interrupt(error: NodeJS.ErrnoException): void {
    this.lastError = error;
    if (this.interrupted) return;
    this.interrupted = { since: performance.now(), droppedBefore: this.droppedLines };
    this.retryLater();
  }

  /** The timer does not keep the process alive: a reader that never reads must not prevent its end. */
  private retryLater(): void {
    setTimeout(() => {
      this.retry();
      if (this.interrupted) this.retryLater();
    }, RETRY_MS).unref();
  }

  private retry(): void {
    const { interrupted } = this;
    if (!interrupted) return;
    this.lastError = undefined;
    this.stream.flush();
    // Set by the listener, which is called before flush() returns.
    if (this.lastError as NodeJS.ErrnoException | undefined) return;
    this.interrupted = undefined;
    const droppedLines = this.droppedLines - interrupted.droppedBefore;
    const durationMs = Math.round(performance.now() - interrupted.since);
    if (droppedLines > 0) this.onResumed({ droppedLines, durationMs });
  }
}

let standardOutput: LogOutput | undefined;

/** Lines that the standard output did not take, since the start. */
export const droppedLogLines = (): number => standardOutput?.droppedLines ?? 0;

/** The standard output of the process. There is one: further calls return the same, with the first callback. */
export function openStandardOutput(onResumed: (interruption: Interruption) => void): LogOutput {
  if (standardOutput) return standardOutput;
  const output = new LogOutput(nonBlockingStandardOutput(), onResumed);
  process.on('exit', () => output.finish());
  return (standardOutput = output);
}

/**
 * Node sets a pipe or socket to non-blocking when the stream is first used. Warnings of Node go to the standard error, whose
 * reader may stop, too. Terminals stay blocking: one is opened again, which changes nothing for the others that use it.
 */
function nonBlockingStandardOutput(): number {
  const { stdout, stderr } = process;
  stderr.on('error', () => undefined);
  stdout.on('error', () => undefined);
  if (!isatty(stdout.fd)) return stdout.fd;
  try {
    return openSync('/dev/stdout', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return stdout.fd;
  }
}
