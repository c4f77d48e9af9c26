import { replaceMethod } from '../probes/method-replacement';
import type { Scope } from '../scopes/scope';
import type { AnyFunction } from './handlers';

/** What is used of Node's response. */
export interface RawResponse {
  /** False if the client went away first. */
  readonly writableEnded?: boolean;
  once(event: 'close', listener: () => void): unknown;
  hasHeader(name: string): boolean;
  setHeader(name: string, value: number): unknown;
  appendHeader(name: string, value: string): unknown;
  writeHead(...args: never[]): unknown;
}

/** Adds what a request did to the database to its response, unless the headers are sent before its body is complete. */
export function addServerTiming(response: RawResponse, scope: Scope): void {
  const watched = (writeHead: AnyFunction): AnyFunction =>
    function (this: RawResponse, ...args: readonly unknown[]) {
      try {
        if (isComplete(this, args)) {
          this.appendHeader('Server-Timing', timingOf(scope));
          this.setHeader('X-Query-Count', scope.statements);
        }
      } catch {
        // A response without the headers is better than none.
      }
      return writeHead.apply(this, [...args]);
    };
  replaceMethod(response, 'writeHead', (writeHead) => watched(writeHead as AnyFunction) as typeof writeHead);
}

function timingOf({ seconds, statements }: Scope): string {
  return `db;dur=${(seconds * 1000).toFixed(1)};desc="${statements} statement${statements === 1 ? '' : 's'}"`;
}

/** The body of a stream has no length, and may send more statements. */
function isComplete(response: RawResponse, [status, ...rest]: readonly unknown[]): boolean {
  if (status === 204 || status === 304 || response.hasHeader('content-length')) return true;
  const headers = rest.find((argument) => typeof argument === 'object' && argument !== null) ?? {};
  return Object.keys(headers).some((name) => name.toLowerCase() === 'content-length');
}
