import type { QueryContext } from './completed-query';
import { cut, printable } from './printable';

const MAX_FIELDS = 20;
const MAX_LENGTH = 200;
const MAX_NAME_LENGTH = 60;

/** What the option `context` returned, reduced to what a log line can hold. */
export interface RequestContext {
  readonly requestId: string | undefined;
  readonly traceId: string | undefined;
  /** All other fields; at most 20. */
  readonly fields: Readonly<Record<string, ContextValue>>;
  /** The number of fields beyond those. */
  readonly omitted: number;
}

export type ContextValue = string | number | boolean | null;

/** Reads each field once. One that cannot be read is `<unreadable>`, so that the others are not lost. */
export function requestContextOf(context: QueryContext): RequestContext {
  const read = (name: string): unknown => {
    try {
      return context[name];
    } catch {
      return '<unreadable>';
    }
  };
  const id = (name: string) => {
    const value = read(name);
    return value === undefined || value === null ? undefined : printable(value, MAX_LENGTH);
  };
  const names = Object.keys(context).filter((name) => name !== 'requestId' && name !== 'traceId');
  const values = names.slice(0, MAX_FIELDS).map((name) => [cut(name, MAX_NAME_LENGTH), valueOf(read(name))] as const);
  return {
    requestId: id('requestId'),
    traceId: id('traceId'),
    fields: Object.fromEntries(values.filter((entry): entry is [string, ContextValue] => entry[1] !== undefined)),
    omitted: Math.max(0, names.length - MAX_FIELDS),
  };
}

function valueOf(value: unknown): ContextValue | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : printable(value, MAX_LENGTH);
}
