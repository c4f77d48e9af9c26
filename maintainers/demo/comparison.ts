import type { Snapshot } from './snapshot';
import {
  DATA_TYPES,
  minus,
  OTHER_TYPES,
  sumOfData,
  type Counts,
  type StatementType,
} from '../../tools/demo/statement-counts';

export interface Row {
  readonly name: string;
  readonly server: number;
  readonly service: number;
  /** Of the statements of the service. PostgreSQL does not count failed statements. */
  readonly failed: number;
  readonly slow: number;
  readonly agrees: boolean;
}

export interface Comparison {
  readonly rows: readonly Row[];
  /** True when PostgreSQL has discarded statements meanwhile: its counts cannot be compared then. */
  readonly wasTruncated: boolean;
  /** Of the statements that `--queries` counts. */
  readonly queries: number;
  readonly slow: number;
}

/** What PostgreSQL and the service have counted between two snapshots. */
export function compare(before: Snapshot, after: Snapshot): Comparison {
  const server = minus(after.server.queries, before.server.queries);
  const service = minus(after.service.queries, before.service.queries);
  const failed = minus(after.service.failed, before.service.failed);
  const slow = minus(after.service.slow, before.service.slow);
  const row = (name: string, of: (counts: Counts) => number): Row => ({
    name,
    server: of(server),
    service: of(service),
    failed: of(failed),
    slow: of(slow),
    agrees: of(server) === of(service) - of(failed),
  });
  const rowOf = (type: StatementType): Row => row(type, (counts) => counts[type]);
  const shown = OTHER_TYPES.filter((type) => server[type] > 0 || service[type] > 0);
  return {
    rows: [...DATA_TYPES.map(rowOf), row('together', sumOfData), ...shown.map(rowOf)],
    wasTruncated: after.server.discarded !== before.server.discarded,
    queries: sumOfData(service),
    slow: sumOfData(slow),
  };
}

export function table({ rows }: Comparison): string {
  const withFailures = rows.some(({ failed }) => failed > 0);
  const cells = rows.map(({ name, server, service, failed, slow, agrees }) => [
    name,
    String(server),
    String(service),
    ...(withFailures ? [String(failed)] : []),
    String(slow),
    agrees ? '' : '  <- they differ',
  ]);
  const head = ['', 'PostgreSQL', 'service', ...(withFailures ? ['failed'] : []), 'slow', ''];
  const all = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  return all
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 || column === head.length - 1 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
