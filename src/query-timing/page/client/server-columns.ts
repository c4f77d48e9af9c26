import type { ServerRow } from '../messages';
import { statementCell } from './cells';
import { count, figure, percent } from './format';
import type { Column } from './table';

const UNKNOWN = '–';
/** In the place of the unit of work. */
export const OTHERS = 'sent by other programs';
type Figures = NonNullable<ServerRow['server']>;

const COMMON: readonly Column<ServerRow>[] = [
  {
    key: 'statement',
    label: 'Statement, and who sends it',
    value: ({ statement }) => statement,
    cell: (td, { fingerprint, statement }) => {
      const isOwn = fingerprint !== '';
      statementCell(td, { fingerprint, statement, origin: [isOwn ? undefined : OTHERS], opens: isOwn });
    },
  },
  here('calls', 'calls here', 'Calls of this process', ({ calls }) => calls, count, 3),
  there('serverCalls', 'calls there', 'Calls of all programs', ({ calls }) => calls, count),
  here('mean', 'mean here, ms', 'As this process sees it', ({ meanMs }) => meanMs, figure),
  there('serverMean', 'mean there, ms', 'As the server sees it', ({ meanMs }) => meanMs, figure),
  here('outside', 'outside, ms', 'In the network, the driver and the event loop', outsideOf, figure, 2),
  here('pool', 'pool, ms', 'Waiting for a connection, before it', ({ poolMs }) => poolMs, figure, 3),
  here('queued', 'queued, ms', 'Waiting for other statements on the connection', ({ queuedMs }) => queuedMs, figure, 3),
  here('share', 'share here', 'Of the time of all statements of this process', ({ share }) => share, percentOf, 3),
  there(
    'serverShare',
    'share there',
    'Of the time of all statements on this database',
    ({ share }) => share,
    percentOf,
  ),
  there(
    'rows',
    'rows/call',
    'Returned or changed',
    perCall(({ rows }) => rows),
    figure,
    3,
  ),
];

export const POSTGRES_COLUMNS: readonly Column<ServerRow>[] = [
  ...COMMON,
  there(
    'hit',
    'hit/call',
    'Blocks that were in the memory of the server',
    perCall(({ blocksHit }) => blocksHit),
    figure,
    3,
  ),
  there(
    'read',
    'read/call',
    'Blocks that were not',
    perCall(({ blocksRead }) => blocksRead),
    figure,
    2,
  ),
  there(
    'planning',
    'planning, ms',
    'To plan it, if the server measures that',
    ({ planningMs }) => planningMs,
    figure,
    3,
  ),
];

export const MYSQL_COLUMNS: readonly Column<ServerRow>[] = [
  ...COMMON,
  there(
    'examined',
    'examined/call',
    'Rows that were read',
    perCall(({ rowsExamined }) => rowsExamined),
    figure,
    2,
  ),
];

/** Less than nothing says that the calls of other programs take longer, and nothing about those of this process. */
export function outsideOf({ outsideMs = -1 }: ServerRow): number | undefined {
  return outsideMs < 0 ? undefined : outsideMs;
}

function here(
  key: string,
  label: string,
  title: string,
  of: (row: ServerRow) => number | undefined,
  format: (value: number) => string,
  optional?: 1 | 2 | 3,
): Column<ServerRow> {
  const text = (row: ServerRow): string => {
    const value = of(row);
    return value === undefined ? UNKNOWN : format(value);
  };
  return { key, label, title, numeric: true, value: (row) => of(row) ?? -1, text, ...(optional && { optional }) };
}

function there(
  key: string,
  label: string,
  title: string,
  of: (figures: Figures) => number | undefined,
  format: (value: number) => string,
  optional?: 1 | 2 | 3,
): Column<ServerRow> {
  return here(key, label, title, ({ server }) => server && of(server), format, optional);
}

function perCall(of: (figures: Figures) => number | undefined) {
  return (figures: Figures): number | undefined => {
    const total = of(figures);
    return total === undefined || figures.calls === 0 ? undefined : total / figures.calls;
  };
}

function percentOf(share: number): string {
  return percent(100 * share);
}
