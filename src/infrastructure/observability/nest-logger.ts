import type { LoggerService } from '@nestjs/common';
import type { Level, Logger } from 'pino';

/** What these say of a start is of use to whoever debugs it, and hides what everybody else wants to see. */
const talkative = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory']);

/** Nest's log lines, through pino. The last of Nest's optional parameters names the class that logs. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...more: unknown[]): void {
    this.write(talkative.has(String(more.at(-1))) ? 'debug' : 'info', message, more);
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
   * An object gives its fields to the line, and its `message` when no text follows; a text in second place is the message
   * of an object, or the stack of an error.
   */
  private write(level: Level, message: unknown, more: unknown[]): void {
    if (!this.logger.isLevelEnabled(level)) return;
    const texts = more.filter((part): part is string => typeof part === 'string');
    const context = more.length > 0 && typeof more.at(-1) === 'string' ? texts.pop() : undefined;
    const [text] = texts;
    if (message instanceof Error) this.logger[level]({ context, err: message }, text ?? message.name);
    else if (typeof message === 'object' && message !== null) {
      const { message: ownText = '', ...fields } = message as { message?: string };
      this.logger[level]({ context, ...fields }, text ?? ownText);
    } else this.logger[level]({ context, ...(text === undefined ? {} : { stack: text }) }, String(message));
  }
}
