import { el, setText } from './dom';

export interface Column<T> {
  readonly key: string;
  readonly label: string;
  readonly title?: string;
  /** Right-aligned, and sorted from the highest on. */
  readonly numeric?: boolean;
  /** Hidden where there is little room: 1 first. */
  readonly optional?: 1 | 2 | 3;
  readonly text?: (row: T) => string;
  readonly value?: (row: T) => number | string;
  /** Makes the content of a cell once, and later changes it. */
  readonly cell?: (td: HTMLTableCellElement, row: T) => void;
  /** From 0 to 1: the length of a bar in the cell. */
  readonly bar?: (row: T, rows: readonly T[]) => number;
}

export interface TableOptions<T> {
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly keyOf: (row: T) => string;
  readonly onSort: (sort: string) => void;
  readonly onOpen?: (row: T) => void;
}

interface Shown<T> {
  readonly tr: HTMLTableRowElement;
  row: T;
}

const MAX_ROWS = 100;

/** A table whose rows stay where they are as long as the order allows it, so that reading and selecting is possible. */
export class Table<T> {
  readonly element: HTMLElement;
  private readonly body = el('tbody');
  private readonly headers = new Map<string, HTMLTableCellElement>();
  private readonly shown = new Map<string, Shown<T>>();
  private readonly note: HTMLElement;
  private sort = '';

  constructor(private readonly options: TableOptions<T>) {
    const { columns, caption, id } = options;
    const head = columns.map((column) => this.header(column));
    const table = el(
      'table',
      { id },
      el('caption', { text: caption }),
      el('thead', {}, el('tr', {}, ...head)),
      this.body,
    );
    this.note = el('p', { class: 'note' });
    this.element = el(
      'div',
      { class: 'table', tabindex: '0', role: 'region', 'aria-label': caption },
      table,
      this.note,
    );
  }

  /**
   * @param sort the key of a column, with `-` before it for the highest first
   * @param empty what it says without rows
   */
  update(rows: readonly T[], sort: string, empty: string): void {
    const { columns, keyOf } = this.options;
    const first = sortedBy(rows, columns, sort).slice(0, MAX_ROWS);
    const sorted = sort === this.sort && hasSelection(this.body) ? this.asShown(first) : first;
    this.sort = sort;
    this.headers.forEach((th, key) => {
      const order = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : 'none';
      th.setAttribute('aria-sort', order);
    });
    const keys = new Set(sorted.map(keyOf));
    for (const [key, { tr }] of this.shown) {
      if (keys.has(key)) continue;
      tr.remove();
      this.shown.delete(key);
    }
    const focused = document.activeElement;
    sorted.forEach((row, index) => {
      const tr = this.rowOf(row, rows);
      const present = this.body.children[index];
      if (present !== tr) this.body.insertBefore(tr, present ?? null);
    });
    // A row that moves loses the focus.
    if (focused !== document.activeElement && this.body.contains(focused)) {
      (focused as HTMLElement).focus({ preventScroll: true });
    }
    const more = rows.length - sorted.length;
    setText(this.note, rows.length === 0 ? empty : more > 0 ? `${more} more: search, or sort otherwise` : '');
  }

  /** Opens the focused row, or moves the focus. */
  move(step: number): void {
    const rows = [...this.body.children] as HTMLElement[];
    const at = rows.findIndex((tr) => tr.contains(document.activeElement));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    (next?.querySelector('a') ?? next)?.focus();
  }

  /** In the order in which they are on the page, so that a selected text stays. */
  private asShown(rows: readonly T[]): readonly T[] {
    const places = new Map<unknown, number>([...this.body.children].map((tr, place) => [tr, place]));
    const placeOf = (row: T) => places.get(this.shown.get(this.options.keyOf(row))?.tr) ?? MAX_ROWS;
    return [...rows].sort((a, b) => placeOf(a) - placeOf(b));
  }

  private header({ key, label, title, numeric, optional }: Column<T>): HTMLTableCellElement {
    const sort = (): void => {
      const current = this.headers.get(key)?.getAttribute('aria-sort');
      const first = numeric ? `-${key}` : key;
      const other = numeric ? key : `-${key}`;
      this.options.onSort(current === (numeric ? 'descending' : 'ascending') ? other : first);
    };
    const th = el(
      'th',
      { scope: 'col', class: classOf(numeric, optional), title },
      el('button', { type: 'button', text: label, click: sort }),
    );
    this.headers.set(key, th);
    return th;
  }

  private rowOf(row: T, rows: readonly T[]): HTMLTableRowElement {
    const key = this.options.keyOf(row);
    const tr = this.shown.get(key)?.tr ?? this.newRow(key, row);
    this.shown.set(key, { tr, row });
    this.options.columns.forEach((column, index) => {
      const td = tr.children[index] as HTMLTableCellElement;
      if (column.cell) column.cell(td, row);
      else setText(td, column.text!(row));
      if (column.bar) td.style.setProperty('--share', String(Math.min(1, column.bar(row, rows))));
    });
    return tr;
  }

  private newRow(key: string, row: T): HTMLTableRowElement {
    const cells = this.options.columns.map(({ numeric, optional, bar, label }) =>
      el('td', { class: `${classOf(numeric, optional)}${bar ? ' bar' : ''}`, 'data-label': label }),
    );
    const { onOpen } = this.options;
    const open = (event: Event): void => {
      const selected = getSelection()?.toString() !== '';
      if ((event.target as HTMLElement).closest('a, button') || selected) return;
      onOpen?.(this.shown.get(key)?.row ?? row);
    };
    return el('tr', { class: onOpen ? 'opens' : '', click: open }, ...cells);
  }
}

function hasSelection(element: Element): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode);
}

function classOf(numeric: boolean | undefined, optional: number | undefined): string {
  return [numeric ? 'numeric' : '', optional ? `optional-${optional}` : ''].filter(Boolean).join(' ');
}

function sortedBy<T>(rows: readonly T[], columns: readonly Column<T>[], sort: string): T[] {
  const key = sort.replace(/^-/, '');
  const column = columns.find((one) => one.key === key);
  const valueOf = column?.value ?? column?.text;
  if (!valueOf) return [...rows];
  const direction = sort.startsWith('-') ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [first, second] = [valueOf(a), valueOf(b)];
    if (typeof first === 'string' || typeof second === 'string') {
      return direction * String(first).localeCompare(String(second));
    }
    return direction * (first - second);
  });
}
