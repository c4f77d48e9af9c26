import type { ServerMessage, ServerRow } from '../messages';
import { byId, el, setText } from './dom';
import { moment } from './server-time';
import { ERROR_COLUMNS, FINDING_COLUMNS, SLOW_COLUMNS, STATEMENT_COLUMNS, TYPE_COLUMNS, UNIT_COLUMNS } from './columns';
import { go, hashOf, readRoute, TABS, type Tab } from './route';
import { findingKey, type Source, type Store } from './store';
import { MYSQL_COLUMNS, OTHERS, POSTGRES_COLUMNS } from './server-columns';
import { Table, type Column } from './table';

interface Panel {
  readonly element: HTMLElement;
  /** How many rows there are, before the search. */
  update(store: Store, source: Source, sort: string | undefined, search: string): void;
  count(store: Store, source: Source): number;
  move(step: number): void;
}

interface PanelOptions<T> {
  readonly tab: Tab;
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly sort: string;
  readonly empty: string;
  readonly rows: (store: Store, source: Source) => readonly T[];
  readonly keyOf: (row: T) => string;
  /** What the search looks at. */
  readonly words: (row: T) => readonly (string | undefined)[];
  readonly fingerprintOf?: (row: T) => string;
  /** The DataSource that has the statement, if it need not be the one that is shown. */
  readonly sourceOf?: (row: T) => string | undefined;
  /** Below the table, a sentence each. */
  readonly notes?: (source: Source) => readonly string[];
}

const NO_MATCH = 'Nothing matches the search.';

function panel<T>({
  tab,
  caption,
  columns,
  sort: usual,
  empty,
  rows,
  keyOf,
  words,
  fingerprintOf,
  sourceOf,
  notes,
}: PanelOptions<T>): Panel {
  const onOpen = (row: T): void => {
    const source = sourceOf?.(row);
    const statement = fingerprintOf?.(row);
    if (statement) go({ statement, ...(source && { source }) }, true);
  };
  const table = new Table<T>({
    id: `table-${tab}`,
    caption,
    columns,
    keyOf,
    onSort: (sort) => go({ sort }, false),
    ...(fingerprintOf && { onOpen }),
  });
  const list = el('ul', { class: 'notes' });
  return {
    element: notes === undefined ? table.element : el('div', {}, table.element, list),
    update(store, source, sort = usual, search) {
      if (notes !== undefined) showNotes(list, notes(source));
      const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
      const all = rows(store, source);
      const found = all.filter((row) => {
        const text = words(row).join(' ').toLowerCase();
        return wanted.every((word) => text.includes(word));
      });
      const known = columns.some(({ key }) => key === sort.replace(/^-/, ''));
      table.update(found, known ? sort : usual, all.length > 0 ? NO_MATCH : empty);
    },
    count: (store, source) => rows(store, source).length,
    move: (step) => table.move(step),
  };
}

function showNotes(list: HTMLElement, notes: readonly string[]): void {
  const shown = notes.join('\n');
  if (list.dataset.notes === shown) return;
  list.dataset.notes = shown;
  list.replaceChildren(...notes.map((text) => el('li', { text })));
}

const ofServer = (columns: readonly Column<ServerRow>[]): Panel =>
  panel({
    tab: 'server',
    caption: 'Statements as this process and as the server see them',
    columns,
    sort: '-serverShare',
    empty: 'The server has counted no statements.',
    rows: (_, { server }) => server?.statements ?? [],
    keyOf: ({ fingerprint, statement }) => `${fingerprint} ${statement}`,
    words: ({ statement, fingerprint }) => [statement, fingerprint || OTHERS],
    fingerprintOf: ({ fingerprint }) => fingerprint,
    notes: ({ server }) => (server === undefined ? [] : [sourceText(server), ...server.notes]),
  });

const sourceText = ({ source, since, time }: ServerMessage): string =>
  `From ${source}, read at ${moment(time)}${since === undefined ? '' : `; it counts since ${since.slice(0, 19).replace('T', ' ')} UTC`}.`;

const SERVERS: readonly Panel[] = [ofServer(POSTGRES_COLUMNS), ofServer(MYSQL_COLUMNS)];
/** A server of each kind counts something else. */
const serverOf = ({ server }: Source): Panel => SERVERS[server?.source === 'pg_stat_statements' ? 0 : 1]!;

const PANELS: Readonly<Record<Exclude<Tab, 'server'>, Panel>> = {
  statements: panel({
    tab: 'statements',
    caption: 'Statements',
    columns: STATEMENT_COLUMNS,
    sort: '-total',
    empty: 'No statements yet.',
    rows: (_, source) => source.statements,
    keyOf: ({ fingerprint }) => fingerprint,
    words: (row) => [row.statement, row.queryType, row.scope, row.caller, row.fingerprint],
    fingerprintOf: ({ fingerprint }) => fingerprint,
  }),
  units: panel({
    tab: 'units',
    caption: 'Units of work: requests, messages and jobs',
    columns: UNIT_COLUMNS,
    sort: '-ms',
    empty: 'No units of work yet. They are counted with the option scopes.',
    // Those without statements, such as health checks, would hide the others.
    rows: (store) => [...store.units.values()].filter(({ statements, errors }) => statements + errors > 0),
    keyOf: ({ name }) => name,
    words: ({ name, handler }) => [name, handler],
  }),
  repeated: panel({
    tab: 'repeated',
    caption: 'Statements that are repeated in one unit of work',
    columns: FINDING_COLUMNS,
    sort: '-ms',
    empty: 'Nothing is repeated.',
    rows: (store) => [...store.findings.values()],
    keyOf: findingKey,
    words: (row) => [row.hint, row.scope, row.handler, row.caller, row.statement, row.relation, row.lookup],
    fingerprintOf: ({ fingerprint }) => fingerprint,
    sourceOf: ({ dataSource }) => dataSource,
  }),
  slow: panel({
    tab: 'slow',
    caption: 'The last slow statements',
    columns: SLOW_COLUMNS,
    sort: '-time',
    empty: 'Nothing was slow.',
    rows: (_, { slow, plans }) => slow.map((event) => ({ ...event, plan: plans.get(event.fingerprint)?.summary })),
    keyOf: ({ id }) => String(id),
    words: (row) => [row.statement, row.scope, row.caller, row.requestId, row.plan],
    fingerprintOf: ({ fingerprint }) => fingerprint,
  }),
  errors: panel({
    tab: 'errors',
    caption: 'The last errors',
    columns: ERROR_COLUMNS,
    sort: '-time',
    empty: 'No errors.',
    rows: (_, source) => source.errors,
    keyOf: ({ id }) => String(id),
    words: (row) => [row.statement, row.errorClass, row.sqlState, row.constraint, row.scope, row.caller, row.requestId],
    fingerprintOf: ({ fingerprint }) => fingerprint,
  }),
  types: panel({
    tab: 'types',
    caption: 'Statements by type',
    columns: TYPE_COLUMNS,
    sort: '-total',
    empty: '',
    rows: (_, { message }) =>
      Object.entries(message.summary.queriesByType).map(([type, total]) => {
        const { p50Ms, p95Ms, p99Ms } = message.summary.percentilesByType[type as 'SELECT'];
        return { type, total, p50: p50Ms, p95: p95Ms, p99: p99Ms };
      }),
    keyOf: ({ type }) => type,
    words: ({ type }) => [type],
  }),
};

/** The lower half: one table at a time. */
export class Panels {
  private shown: Panel = PANELS.statements;

  update(store: Store, source: Source): void {
    const route = readRoute();
    const hasServer = source.server !== undefined;
    const current = route.tab === 'server' && !hasServer ? 'statements' : route.tab;
    for (const tab of TABS) {
      const link = byId(`tab-${tab}`);
      link.setAttribute('href', hashOf({ tab, source: route.source, search: route.search }));
      if (tab === current) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
      if (tab === 'server') link.hidden = !hasServer;
      const number = link.querySelector('b');
      if (number) setText(number, String(panelOf(tab, source).count(store, source)));
    }
    this.shown = panelOf(current, source);
    const { element } = this.shown;
    const main = byId('panel');
    if (main.firstChild !== element) main.replaceChildren(element);
    this.shown.update(store, source, route.sort, route.search ?? '');
  }

  move(step: number): void {
    this.shown.move(step);
  }
}

const panelOf = (tab: Tab, source: Source): Panel => (tab === 'server' ? serverOf(source) : PANELS[tab]);
