import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { openStandardOutput, type Interruption } from './log-output';
import { withoutSecrets } from './redaction';
import { currentRequestContext } from './request-context';
import { toTerminal } from './terminal-lines';

export interface LoggingOptions {
  readonly level: string;
  readonly format: 'json' | 'pretty';
}

/** Added to entries outside of requests, and to entries that already have the request and its trace. */
const noContext = {};

/** Writes structured lines, to the standard output by default. Inside a request, each has its request id and trace id. */
export function createLogger({ level, format }: LoggingOptions, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
    mixin: (entry) => ('traceId' in entry ? noContext : (currentRequestContext() ?? noContext)),
    // Returns the entry itself where there is nothing to add; pino's default copies each.
    mixinMergeStrategy: (entry, context) => (context === noContext ? entry : { ...context, ...entry }),
    serializers: { err: serializeError },
  };
  if (destination) return pino(options, destination);
  const output = openStandardOutput(reportInterruption);
  const logger = pino(options, format === 'pretty' ? toTerminal(output, process.stdout) : output);
  return logger;

  function reportInterruption({ droppedLines, durationMs }: Interruption): void {
    logger.warn({ droppedLines, duration_ms: durationMs }, 'log lines were dropped: the standard output took no more');
  }
}

interface DriverError {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly table?: unknown;
}

/**
 * An error without the values that it may carry: errors of TypeORM hold the parameters of the statement, and messages of the
 * SQLSTATE classes 22 and 23 quote the rejected values.
 */
export function serializeError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return { type: typeof thrown };
  const { code, constraint, table } =
    (thrown as Error & { driverError?: DriverError }).driverError ?? (thrown as DriverError);
  const quotesValues = typeof code === 'string' && /^2[23]...$/.test(code);
  return {
    type: thrown.name,
    message: quotesValues ? undefined : thrown.message,
    code,
    constraint,
    table,
    stack: stackOf(thrown),
    cause: thrown.cause === undefined ? undefined : serializeError(thrown.cause),
  };
}

/** The stack frames, without the message above them. */
function stackOf({ stack }: Error): string | undefined {
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at '));
  return frames?.join('\n');
}
