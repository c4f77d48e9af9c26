import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { withoutSecrets } from './redaction';
import { currentRequestContext } from './request-context';

export interface LoggingOptions {
  readonly level: string;
  readonly format: 'json' | 'pretty';
}

const STANDARD_OUTPUT = 1;
/** For entries outside of requests, and those that name their request and its trace. */
const nothingMore = {};

/** Structured lines, on standard output unless told otherwise; each carries the request it belongs to. */
export function createLogger({ level, format }: LoggingOptions, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
    mixin: (entry) => ('traceId' in entry ? nothingMore : (currentRequestContext() ?? nothingMore)),
    // An entry that needs nothing more is left as it is: pino's own way copies each.
    mixinMergeStrategy: (entry, context) => (context === nothingMore ? entry : { ...context, ...entry }),
    serializers: { err: serializeError },
  };
  if (format === 'pretty' && !destination) {
    const transport = { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss.l', ignore: 'context' } };
    return pino({ ...options, transport });
  }
  // Written at once: a trip to the thread pool costs several times as much as the write, and a crash would lose the line.
  return pino(options, destination ?? pino.destination({ dest: STANDARD_OUTPUT, sync: true }));
}

interface DriverError {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly table?: unknown;
}

/**
 * An error without the values that it may carry: TypeORM's hold the parameters of the statement, and the messages of the
 * SQLSTATE classes 22 and 23 quote what was to be stored.
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

/** Where it was thrown, without the message on top. */
function stackOf({ stack }: Error): string | undefined {
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at '));
  return frames?.join('\n');
}
