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

/** What Prometheus distinguishes a sample by: the name and the labels that have a value, in any order. */
export function identitiesOf(exposition: string): string[] {
  return seriesOf(exposition).map((series) => {
    const [, name = '', labels = ''] = /^([^{]*)(?:\{(.*)\})?$/.exec(series)!;
    const set = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].filter(([, , value]) => value !== '');
    return name + JSON.stringify(set.map(([, key, value]) => [key, value]).sort());
  });
}

/** The value of every sample by its identity. Throws if Prometheus would find one twice. */
export async function samplesOf(registry: Pick<Registry, 'metrics'>): Promise<ReadonlyMap<string, number>> {
  const text = await registry.metrics();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const samples = new Map<string, number>();
  for (const [i, identity] of identitiesOf(text).entries()) {
    if (samples.has(identity)) throw new Error(`Twice: ${identity}`);
    samples.set(identity, Number(lines[i]!.split(' ').at(-1)));
  }
  return samples;
}

/** The samples that have disappeared or decreased, gauges apart. */
export function regressions(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  const isGauge = (identity: string) => /^[^[]*_pool_(connections|max_connections|pending)\[/.test(identity);
  return [...before]
    .filter(([identity, value]) => {
      const now = after.get(identity);
      return now === undefined || (now < value && !isGauge(identity));
    })
    .map(([identity]) => identity);
}
