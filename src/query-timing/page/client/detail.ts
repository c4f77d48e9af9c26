import type { ServerRow } from '../messages';
import { copyText } from './copy';
import { byId, el } from './dom';
import { explainText } from './explain-text';
import { clock, count, duration } from './format';
import { planView } from './plan';
import { go } from './route';
import { drawSpread, spreadCanvas, spreadText } from './spread';
import type { Source, Statement } from './store';

/** The details of one statement, beside the tables. */
export class Detail {
  private readonly element = byId('detail');
  private opened: string | undefined;
  private openedFrom: Element | null = null;
  private figures: readonly (readonly [HTMLElement, (statement: Statement) => string])[] = [];
  private canvas: HTMLCanvasElement | undefined;

  update(source: Source, fingerprint: string | undefined): void {
    const isOpen = fingerprint !== undefined;
    if (this.element.hidden === isOpen) this.element.hidden = !isOpen;
    document.body.classList.toggle('with-detail', isOpen);
    if (!isOpen) return this.closed();
    const statement = source.statement(fingerprint) ?? elsewhere(source, fingerprint);
    if (statement === undefined) return this.missing(fingerprint);
    const { plans, server, message } = source;
    const key = [
      message.name,
      fingerprint,
      statement.caller,
      statement.scope,
      plans.get(fingerprint)?.capturedAt,
      server !== undefined,
    ].join(' ');
    if (this.opened !== key) this.open(key, source, statement);
    for (const [node, text] of this.figures) node.textContent = text(statement);
    if (this.canvas && statement.shape) drawSpread(this.canvas, statement.shape);
  }

  private closed(): void {
    if (this.opened === undefined) return;
    this.opened = undefined;
    this.element.replaceChildren();
    if (this.openedFrom instanceof HTMLElement) this.openedFrom.focus();
  }

  private missing(fingerprint: string): void {
    if (this.opened === fingerprint) return;
    this.opened = fingerprint;
    this.figures = [];
    const text = `The statement ${fingerprint} is not among the 500 that are kept, or has not run in this process.`;
    this.element.replaceChildren(this.head('Statement'), el('p', { class: 'note', text }));
  }

  private open(key: string, source: Source, statement: Statement): void {
    if (this.opened === undefined) this.openedFrom = document.activeElement;
    this.opened = key;
    const { queryType, fingerprint, scope, caller, requestId } = statement;
    const explain = explainText(statement.statement, queryType, source.message.driver);
    this.canvas = spreadCanvas(336, 56);
    const figure = (label: string, text: (statement: Statement) => string) => ({ label, text, node: el('dd') });
    const there = (label: string, text: (row: ServerRow) => string | undefined) =>
      figure(label, (shown) => onServer(source, shown, text));
    const serverFigures = [
      there('calls there', ({ server }) => server && count(server.calls)),
      there('mean there', ({ server }) => server && duration(server.meanMs)),
      there('outside', ({ outsideMs }) => (outsideMs === undefined ? undefined : duration(Math.max(0, outsideMs)))),
      there('pool', ({ poolMs = 0 }) => duration(poolMs)),
    ];
    const figures = [
      figure('calls', ({ calls }) => count(calls)),
      figure('total', ({ totalMs }) => duration(totalMs)),
      figure('mean', ({ meanMs }) => duration(meanMs)),
      figure('p50', ({ p50 }) => duration(p50)),
      figure('p95', ({ p95 }) => duration(p95)),
      figure('p99', ({ p99 }) => duration(p99)),
      figure('max', ({ maxMs }) => duration(maxMs)),
      figure('rows', ({ rows }) => count(rows)),
      figure('now', ({ load }) => `${duration(load)} per second`),
      figure('last', ({ lastSeen }) => clock(lastSeen)),
      ...(source.server === undefined ? [] : serverFigures),
    ];
    this.figures = figures.map(({ node, text }) => [node, text] as const);
    const origin = [
      ['sent by', scope],
      ['line', caller],
      ['request', requestId],
      ['fingerprint', fingerprint],
    ].filter((pair): pair is [string, string] => pair[1] !== undefined);
    this.element.replaceChildren(
      this.head(queryType),
      el('pre', { text: statement.statement, tabindex: '0' }),
      el(
        'div',
        { class: 'actions' },
        copyButton('Copy statement', () => statement.statement),
        explain === undefined
          ? el('button', {
              type: 'button',
              disabled: true,
              title: 'It is cut, or has no plan',
              text: 'Copy as EXPLAIN',
            })
          : copyButton('Copy as EXPLAIN', () => explain),
        copyButton('Copy link', () => location.href),
      ),
      el(
        'dl',
        { class: 'figures' },
        ...figures.map(({ label, node }) => el('div', {}, el('dt', { text: label }), node)),
      ),
      el('figure', {}, this.canvas, el('figcaption', { text: spreadText(statement.shape) })),
      el(
        'dl',
        { class: 'origin' },
        ...origin.map(([label, text]) => el('div', {}, el('dt', { text: label }), el('dd', { text }))),
      ),
      ...planView(source.plans.get(fingerprint)),
    );
    this.element.querySelector<HTMLElement>('button')?.focus();
  }

  private head(title: string): HTMLElement {
    const close = el('button', {
      type: 'button',
      'aria-label': 'Close',
      title: 'Close (Esc)',
      text: '×',
      click: () => go({ statement: undefined }, true),
    });
    return el('header', {}, el('h2', { text: title }), close);
  }
}

/** A figure of the server about a statement, if it has one. */
function onServer(
  { server }: Source,
  { fingerprint }: Statement,
  text: (row: ServerRow) => string | undefined,
): string {
  const row = server?.statements.find((one) => one.fingerprint === fingerprint);
  return (row && text(row)) ?? '–';
}

/** A statement that only a journal has. */
function elsewhere(source: Source, fingerprint: string): Statement | undefined {
  const event = [...source.slow, ...source.errors].find((one) => one.fingerprint === fingerprint);
  if (event === undefined) return undefined;
  const { statement, queryType, ms, time, scope, caller, requestId } = event;
  const figures = { calls: 1, totalMs: ms, meanMs: ms, maxMs: ms, p50: ms, p95: ms, p99: ms, rows: 0, load: 0 };
  return { fingerprint, statement, queryType, ...figures, lastSeen: time, shape: '', scope, caller, requestId };
}

function copyButton(label: string, text: () => string): HTMLElement {
  const button = el('button', { type: 'button', text: label });
  button.addEventListener('click', () => {
    void copyText(text()).then((copied) => {
      button.textContent = copied ? 'Copied' : 'Could not copy';
      setTimeout(() => (button.textContent = label), 1500);
    });
  });
  return button;
}
