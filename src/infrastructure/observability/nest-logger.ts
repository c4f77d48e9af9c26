import type { LoggerService } from '@nestjs/common';
import type { Level, Logger } from 'pino';

/** Contexts that are logged at `debug`: they write many lines while the service starts. */
const verboseContexts = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory']);

/** Writes Nest's log lines with pino. The last of Nest's optional parameters is the context, the name of a class. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...more: unknown[]): void {
    this.write(verboseContexts.has(String(more.at(-1))) ? 'debug' : 'info', message, more);
  }
  error(message: unknown, ...more: unknown[]): void {
    this.write('error', message, more);
  }
  warn(message: unknown, ...more: unknown[]): void {
    this.write('warn', message, more);
  }
  debug(message: unknown, ...more: unknown[]): void {
    this.write('debug', message, more);
  }
  verbose(message: unknown, ...more: unknown[]): void {
    this.write('trace', message, more);
  }
  fatal(message: unknown, ...more: unknown[]): void {
    this.write('fatal', message, more);
  }

  /**
   * The fields of an object become fields of the line. A string after an object is the message, otherwise its `message`
   * is; a string after a string is a stack trace.
   */
  private write(level: Level, message: unknown, more: unknown[]): void {
    if (!this.logger.isLevelEnabled(level)) return;
    const texts = more.filter((part): part is string => typeof part === 'string');
    const context = more.length > 0 && typeof more.at(-1) === 'string' ? texts.pop() : undefined;
    const [text] = texts;
    if (message instanceof Error) this.logger[level]({ context, err: message }, text ?? message.name);
    else if (typeof message === 'object' && message !== null) {
      const { message: ownMessage = '', ...fields } = message as { message?: string };
      this.logger[level]({ context, ...fields }, text ?? ownMessage);
    } else this.logger[level]({ context, ...(text === undefined ? {} : { stack: text }) }, String(message));
  }
}
