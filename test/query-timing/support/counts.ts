import type { Registry } from 'prom-client';

/** How often each event has happened; without an entry for 0. */
export type Counts = Readonly<Record<string, number>>;

/** What the library has counted: successes by type and failures by error class. */
export interface StatementCounts {
  readonly succeeded: Counts;
  readonly failed: Counts;
}

export async function countsOf(registry: Registry): Promise<StatementCounts> {
  const succeeded: Record<string, number> = {};
  const failed: Record<string, number> = {};
  const seriesOf = async (name: string) => (await registry.getSingleMetric(name)!.get()).values;
  for (const { labels, value } of await seriesOf('db_queries_total')) succeeded[String(labels['query_type'])] = value;
  for (const { labels, value } of await seriesOf('db_query_errors_total')) {
    const type = String(labels['query_type']);
    // A failure of a connection, without a statement, stays visible: the servers count none.
    const kind = type === 'CONNECT' ? `connect: ${labels['error_class']}` : String(labels['error_class']);
    failed[kind] = (failed[kind] ?? 0) + value;
    if (type !== 'CONNECT') succeeded[type]! -= value;
  }
  return { succeeded: nonZero(succeeded), failed: nonZero(failed) };
}

export const sum = (counts: Counts) => Object.values(counts).reduce((a, b) => a + b, 0);

export const nonZero = (counts: Counts) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
