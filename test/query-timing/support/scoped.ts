import type { ScopeSummary, Sink } from '../../../src/query-timing/core';
import { timed } from './timed';

/** A stubbed DataSource with scopes on and the scopes that have been closed. */
export async function scoped(...[options = {}, server, more]: Parameters<typeof timed>) {
  const closed: ScopeSummary[] = [];
  const sink: Sink = { record: () => undefined, recordScope: (scope) => void closed.push(scope) };
  return { closed, sink, ...(await timed({ scopes: true, sinks: [sink], ...options }, server, more)) };
}
