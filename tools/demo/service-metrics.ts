import { request } from 'undici';
import { CommandError } from '../command-line';
import { countsBy, type Counts } from './statement-counts';

/** What the service has counted so far. */
export interface ServiceCounts {
  readonly queries: Counts;
  readonly slow: Counts;
  /** Part of {@link queries}. PostgreSQL does not count failed statements. */
  readonly failed: Counts;
}

/** @param url of the service, or of its management listener */
export async function readServiceCounts(url: string): Promise<ServiceCounts> {
  const { statusCode, body } = await request(new URL('/metrics', url));
  const text = await body.text();
  if (statusCode !== 200 || !text.includes('db_queries_total')) {
    throw new CommandError(
      `${new URL('/metrics', url).href} has no query metrics (status ${statusCode}): is that the service, with ` +
        'QUERY_TIMING_ENABLED? If it has a MANAGEMENT_PORT, give that address as --management-url.',
    );
  }
  const sums = sumsByType(text);
  return {
    queries: countsBy((type) => sums.get(`db_queries_total ${type}`) ?? 0),
    slow: countsBy((type) => sums.get(`db_slow_queries_total ${type}`) ?? 0),
    failed: countsBy((type) => sums.get(`db_query_errors_total ${type}`) ?? 0),
  };
}

/** `db_queries_total{query_type="SELECT",…} 12`, added up over the other labels. */
function sumsByType(text: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [, name, type, value] of text.matchAll(/^(db_\w+_total)\{[^}]*query_type="(\w+)"[^}]*\} (\S+)/gm)) {
    const key = `${name} ${type}`;
    sums.set(key, (sums.get(key) ?? 0) + Number(value));
  }
  return sums;
}
