import { toJson } from '../globals';

/** Node's `util.inspect.custom`. By its key, so that the types of this class need none of Node. */
const CUSTOM_INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Fields that add nothing to a readable line. */
const NOT_SHOWN = new Set(['message', 'operation', 'query_type', 'is_slow', 'threshold_ms']);
/** Values that say nothing. */
const USUAL: Readonly<Record<string, unknown>> = {
  data_source: 'default',
  queue_ms: 0,
  pool_wait_ms: 0,
  failed: false,
  suppressed: 0,
};
/** They would break the line, or colour the terminal. */
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * One entry of the log, for both kinds of loggers. A structured logger reads its fields, which are its own properties. A
 * text logger prints it or turns it into a string, and gets one readable line.
 */
export class LogEntry {
  readonly message: string;

  constructor(message: string, fields: object) {
    this.message = message;
    Object.assign(this, fields);
  }

  toString(): string {
    const { message, duration_ms, statement, ...fields } = this as Readonly<Record<string, unknown>>;
    const shown = Object.entries(fields).filter(([name, value]) => !NOT_SHOWN.has(name) && value !== USUAL[name]);
    const text = [
      duration_ms === undefined ? textOf(message) : `${textOf(message)} (${textOf(duration_ms)} ms)`,
      ...(statement === undefined ? [] : [`: ${textOf(statement)}`]),
      ...shown.map(([name, value], i) => `${i === 0 ? ' |' : ''} ${name}=${quoted(textOf(value))}`),
    ].join('');
    return text.replaceAll(CONTROL_CHARACTERS, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  }

  /** Inside of another object, it is inspected as any other. */
  [CUSTOM_INSPECT](depth: number | null, options: { readonly depth?: number | null }): unknown {
    return depth === (options.depth ?? null) ? this.toString() : { ...this };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : toJson(value);
}

function quoted(text: string): string {
  return /[\s"=]/.test(text) && !text.startsWith('[') ? toJson(text) : text;
}
