import type { ErrorEvent, FindingRow, SlowEvent, UnitRow } from '../messages';
import { badgeCell, statementCell } from './cells';
import { count, figure } from './format';
import { moment } from './server-time';
import { drawSpread, spreadCanvas, spreadText } from './spread';
import type { Statement } from './store';
import type { Column } from './table';
import { themeNow } from './theme';

const seconds = (ms: number) => figure(ms / 1000);
const per = (total: number, units: number) => (units === 0 ? 0 : total / units);

export const STATEMENT_COLUMNS: readonly Column<Statement>[] = [
  {
    key: 'statement',
    label: 'Statement, and who sends it',
    value: ({ statement }) => statement,
    cell: (td, row) => statementCell(td, { ...row, origin: [row.scope, row.caller], opens: true }),
  },
  {
    key: 'load',
    label: 'now, ms/s',
    title: 'Time in the database per second, in the last minute',
    numeric: true,
    text: ({ load }) => figure(load),
    value: ({ load }) => load,
    bar: ({ load }, rows) => load / Math.max(1, ...rows.map((row) => row.load)),
  },
  number('calls', 'calls', ({ calls }) => calls, count),
  number('total', 'total, s', ({ totalMs }) => totalMs, seconds),
  number('mean', 'mean, ms', ({ meanMs }) => meanMs, figure, 1),
  number('p95', 'p95, ms', ({ p95 }) => p95, figure, 2),
  number('max', 'max, ms', ({ maxMs }) => maxMs, figure),
  {
    key: 'spread',
    label: 'spread',
    title: 'Each bar is twice as long a time as the one before, from 15 µs to 256 s',
    optional: 2,
    value: ({ shape }) => shape,
    cell: (td, { shape }) => {
      const canvas = (td.firstChild ?? td.appendChild(spreadCanvas())) as HTMLCanvasElement;
      const drawn = `${shape} ${themeNow()}`;
      if (canvas.dataset.drawn === drawn) return;
      canvas.dataset.drawn = drawn;
      canvas.title = spreadText(shape);
      drawSpread(canvas, shape);
    },
  },
  number('rows', 'rows/call', ({ rows, calls }) => per(rows, calls), figure, 3),
  number('seen', 'last', ({ lastSeen }) => lastSeen, moment, 3),
];

export const UNIT_COLUMNS: readonly Column<UnitRow>[] = [
  {
    key: 'name',
    label: 'Unit of work',
    value: ({ name }) => name,
    cell: (td, { name, handler = '', fingerprint = '' }: UnitRow & { fingerprint?: string }) =>
      statementCell(td, { fingerprint, statement: name, origin: [handler], opens: false }),
  },
  number('units', 'units', ({ units }) => units, count),
  number('statements', 'statements each', ({ statements, units }) => per(statements, units), figure),
  number('most', 'most', ({ maxStatements }) => maxStatements, count, 2),
  number('ms', 'database, ms each', ({ ms, units }) => per(ms, units), figure),
  number('maxMs', 'max, ms', ({ maxMs }) => maxMs, figure, 2),
  number('elapsed', 'elapsed, ms each', ({ elapsedMs, units }) => per(elapsedMs, units), figure, 3),
  number('pool', 'pool wait, ms each', ({ poolMs, units }) => per(poolMs, units), figure, 3),
  number('errors', 'errors', ({ errors }) => errors, count, 1),
  number('repeated', 'repeated', ({ repeated }) => repeated, count),
  {
    key: 'exceeded',
    label: 'over budget',
    numeric: true,
    value: ({ exceeded, budget }) => exceeded + (budget ? 0.5 : 0),
    cell: (td, { exceeded, budget, units }) => {
      const level = exceeded > 0 ? 'bad' : budget ? 'well' : 'quiet';
      badgeCell(td, budget ? `${count(exceeded)} of ${count(units)}` : 'no budget', level);
      td.title = Object.entries(budget ?? {})
        .map(([limit, allowed]) => `${limit} ≤ ${allowed}`)
        .join(', ');
    },
  },
];

export const FINDING_COLUMNS: readonly Column<FindingRow>[] = [
  {
    key: 'hint',
    label: 'What to do, and where',
    value: ({ hint }) => hint,
    cell: (td, row) => {
      const text = row.hint.replaceAll('`', '');
      const origin = [row.scope, row.caller ?? row.handler];
      statementCell(td, { fingerprint: row.fingerprint, source: row.dataSource, statement: text, origin, opens: true });
    },
  },
  { key: 'of', label: 'relation or look-up', optional: 1, text: ({ relation, lookup }) => relation ?? lookup ?? '–' },
  number('most', 'times in one unit', ({ maxCount }) => maxCount, count),
  number('units', 'units', ({ units }) => units, count),
  number('ms', 'ms per unit', ({ ms, units }) => per(ms, units), figure),
  number('seen', 'last', ({ lastSeen }) => lastSeen, moment),
];

/** A row of the table of slow statements. */
export interface SlowRow extends SlowEvent {
  /** In one line. */
  readonly plan?: string | undefined;
}

export const SLOW_COLUMNS: readonly Column<SlowRow>[] = [
  number(
    'time',
    'time',
    ({ id }) => id,
    (_, { time }) => moment(time),
  ),
  number('ms', 'ms', ({ ms }) => ms, figure),
  {
    key: 'statement',
    label: 'Statement, and who sent it',
    value: ({ statement }) => statement,
    cell: (td, row) =>
      statementCell(td, { ...row, origin: [row.scope, row.caller, row.requestId], opens: row.fingerprint !== '' }),
  },
  number('queued', 'queued, ms', ({ queuedMs }) => queuedMs, figure, 2),
  number('pool', 'pool, ms', ({ poolMs }) => poolMs, figure, 2),
  number('rows', 'rows', ({ rows = 0 }) => rows, count, 1),
];

export const ERROR_COLUMNS: readonly Column<ErrorEvent>[] = [
  number(
    'time',
    'time',
    ({ id }) => id,
    (_, { time }) => moment(time),
  ),
  {
    key: 'class',
    label: 'class',
    value: ({ errorClass }) => errorClass,
    cell: (td, { errorClass }) => badgeCell(td, errorClass, 'bad'),
  },
  {
    key: 'code',
    label: 'code',
    optional: 1,
    text: ({ sqlState, errno, constraint }) =>
      [sqlState ?? errno, constraint].filter((part) => part !== undefined).join(' ') || '–',
  },
  {
    key: 'statement',
    label: 'Statement, and who sent it',
    value: ({ statement }) => statement,
    cell: (td, row) =>
      statementCell(td, { ...row, origin: [row.scope, row.caller, row.requestId], opens: row.fingerprint !== '' }),
  },
  number('ms', 'ms', ({ ms }) => ms, figure),
];

/** A row of the table by query type. */
export interface TypeRow {
  readonly type: string;
  readonly total: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export const TYPE_COLUMNS: readonly Column<TypeRow>[] = [
  { key: 'type', label: 'Type', text: ({ type }) => type },
  number('total', 'statements', ({ total }) => total, count),
  number('p50', 'p50, ms', ({ p50 }) => p50, figure),
  number('p95', 'p95, ms', ({ p95 }) => p95, figure),
  number('p99', 'p99, ms', ({ p99 }) => p99, figure),
];

function number<T>(
  key: string,
  label: string,
  value: (row: T) => number,
  format: (value: number, row: T) => string,
  optional?: 1 | 2 | 3,
): Column<T> {
  return { key, label, numeric: true, value, text: (row) => format(value(row), row), ...(optional && { optional }) };
}
