import { availableParallelism, cpus } from 'node:os';
import type { Measured } from './measure';

const HEAD = [
  'instances',
  'through',
  'requests/s',
  'per core of the instances',
  'per core of everything',
  'CPU of an instance, PostgreSQL, PgBouncer',
  'p50, p99',
  'connections to PostgreSQL',
  'slowest to fastest instance',
];

/** A table of Markdown, and the machine on which it was measured. */
export function tableOf(all: readonly Measured[]): string {
  const rows = all.map((one) => {
    const { instances, postgres, pgBouncer } = one.cpu;
    const each = (seconds: number) => `${((seconds / one.requests) * 1_000).toFixed(2)} ms`;
    return [
      String(one.instances),
      one.pgBouncer === undefined ? 'direct' : `PgBouncer ${one.pgBouncer}`,
      (one.requests / one.seconds).toFixed(0),
      (one.requests / instances).toFixed(0),
      (one.requests / (instances + postgres + pgBouncer)).toFixed(0),
      [instances, postgres, ...(one.pgBouncer === undefined ? [] : [pgBouncer])].map(each).join(', '),
      `${one.p50.toFixed(0)} ms, ${one.p99.toFixed(0)} ms`,
      String(one.connections),
      one.fairness.toFixed(2),
    ];
  });
  const lines = [HEAD, HEAD.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return [...lines, '', machineOf(all)].join('\n');
}

/** How much of the machine the other programs used meanwhile. */
function machineOf(all: readonly Measured[]): string {
  const busy = all.map(({ cpu, seconds }) => cpu.others / seconds);
  const clients = all.map(({ cpu, seconds }) => cpu.client / seconds);
  const range = (values: readonly number[]) => `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;
  return (
    `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version.slice(1)}; ` +
    `the clients used ${range(clients)} cores of the same machine, and other programs ${range(busy)}.`
  );
}
