import { fingerprintHash } from '../../../src/query-timing/sql/fingerprint-hash';
import type { Registry } from 'prom-client';

/** The value of the series with exactly these labels, in any order; undefined if there is none. */
export async function sample(
  registry: Pick<Registry, 'metrics'>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  for (const line of (await registry.metrics()).split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*?)\})? (\S+)(?: #.*)?$/.exec(line);
    if (!match || match[1] !== name) continue;
    const found = [...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, value]) => [key, value]);
    if (JSON.stringify(found.sort()) === wanted) return Number(match[3]);
  }
  return undefined;
}

/** The series of a metric with their labels, without values. */
export function seriesOf(exposition: string): string[] {
  return exposition
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.slice(0, line.lastIndexOf(' ')));
}

/** The labels of a statement's series with the option `topStatements`. */
export const labelsOfStatement = (statement: string) => ({ fingerprint: fingerprintHash(statement), statement });
