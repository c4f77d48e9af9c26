import type { WriteStream } from 'node:tty';
import type { DestinationStream } from 'pino';

/** Longer statements are cut: they would fill the screen. */
const MAX_STATEMENT_LENGTH = 200;
/** Of a generated id, enough to find the other lines of the request. */
const MAX_ID_LENGTH = 8;

/** Fields that are part of the line, or that add nothing for a person who reads along. */
const notShown = new Set([
  ...['level', 'time', 'msg', 'message', 'context', 'err', 'requestId', 'traceId', 'request_id', 'trace_id'],
  ...['method', 'path', 'status', 'duration_ms', 'statement'],
  ...['operation', 'query_type', 'is_slow', 'threshold_ms', 'fingerprint'],
]);
/** Values that say nothing. */
const usual: Readonly<Record<string, unknown>> = {
  data_source: 'default',
  queue_ms: 0,
  pool_wait_ms: 0,
  failed: false,
  suppressed: 0,
};

const RESET = '\u001b[0m';
const DIM = '\u001b[2m';
const levelColors: Readonly<Record<string, string>> = {
  fatal: '\u001b[31m',
  error: '\u001b[31m',
  warn: '\u001b[33m',
  info: '\u001b[32m',
};
/** They would break the line, or colour the terminal. */
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

interface Entry {
  readonly level?: string;
  readonly time?: string;
  readonly msg?: string;
  readonly err?: ErrorFields;
  readonly requestId?: string;
  readonly [field: string]: unknown;
}

interface ErrorFields {
  readonly type?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
  readonly [field: string]: unknown;
}

/** Turns each line of JSON into one for a person at a terminal. Formats in this thread: a second one could block the exit. */
export function toTerminal(output: DestinationStream, terminal: Pick<WriteStream, 'hasColors'>): DestinationStream {
  // Respects NO_COLOR. Absent where the standard output is no terminal.
  const hasColors = terminal.hasColors?.() ?? false;
  return { write: (json) => output.write(`${terminalLine(json, hasColors)}\n`) };
}

/**
 * One entry of the log, such as `12:34:56.789 INFO  GET /api/v1/invoices 200 3.2 ms [7c9e6679]`. Only the stack of an error
 * takes more lines.
 */
export function terminalLine(json: string, hasColors = false): string {
  const entry = JSON.parse(json) as Entry;
  const { level = 'info', time = '', err, requestId } = entry;
  const paint = (color: string | undefined, text: string): string =>
    hasColors && color !== undefined && text !== '' ? `${color}${text}${RESET}` : text;
  const parts = [
    paint(DIM, localTime(time)),
    paint(levelColors[level], level.toUpperCase().padEnd(5)),
    oneLine(whatOf(entry)),
    paint(DIM, oneLine([...fieldsOf(entry), requestId && `[${shortened(requestId)}]`].filter(Boolean).join(' '))),
  ];
  return [parts.filter((part) => part !== '').join(' '), ...(err ? stackOf(err) : [])].join('\n');
}

/** What happened: a request and its response, or the message with the duration and the statement that it is about. */
function whatOf({ msg = '', method, path, status, duration_ms, statement }: Entry): string {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const isRequest = method !== undefined && path !== undefined && status !== undefined;
  const took = duration_ms === undefined ? '' : ` ${text(duration_ms)} ms`;
  if (isRequest) return `${text(method)} ${text(path)} ${text(status)}${took}`;
  return `${msg}${took}${statement === undefined ? '' : `: ${shortStatement(text(statement))}`}`;
}

function shortStatement(statement: string): string {
  const line = statement.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_STATEMENT_LENGTH ? `${line.slice(0, MAX_STATEMENT_LENGTH)}…` : line;
}

const shortened = (id: string): string => (/^[\da-f]{8}-/.test(id) ? id.slice(0, MAX_ID_LENGTH) : id);

/** `rows=3 plan="Seq Scan on invoices"` */
function fieldsOf(entry: Entry): string[] {
  return Object.entries(entry)
    .filter(([name, value]) => !notShown.has(name) && value !== usual[name])
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `${name}=${typeof value === 'string' && /[\s"=]/.test(text) ? JSON.stringify(text) : text}`;
    });
}

function stackOf({ type = 'Error', message, stack = '', cause, ...fields }: ErrorFields): string[] {
  const more = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const title = [message === undefined ? type : `${type}: ${message}`, ...more].join(' ');
  const frames = stack.split('\n').filter((line) => line !== '');
  return [`    ${oneLine(title)}`, ...frames.map(oneLine), ...(cause ? stackOf(cause) : [])];
}

/** `2026-01-02T03:04:05.678Z` as the time of day at the terminal. */
function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const oneLine = (text: string): string =>
  text.replaceAll(controlCharacters, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
