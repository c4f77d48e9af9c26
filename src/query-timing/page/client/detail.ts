import type { ServerRow } from '../messages';
import { copyText } from './copy';
import { byId, el, setText } from './dom';
import { explainText } from './explain-text';
import { count, duration } from './format';
import { planView } from './plan';
import { go } from './route';
import { outsideOf } from './server-columns';
import { moment } from './server-time';
import { drawSpread, spreadCanvas, spreadText } from './spread';
import type { Source, Statement } from './store';

/** A text on the page that follows the figures. */
interface Shown {
  readonly node: HTMLElement;
  readonly text: (statement: Statement, source: Source) => string;
}

/** The details of one statement, beside the tables. What is in use (the focus, a selected text) stays while they change. */
export class Detail {
  private readonly element = byId('detail');
  /** The DataSource and the fingerprint. */
  private opened: string | undefined;
  /** What it was built of. */
  private built: string | undefined;
  private openedFrom: Element | null = null;
  private texts: readonly Shown[] = [];
  private canvas: HTMLCanvasElement | undefined;
  private readonly origin = el('dl', { class: 'origin' });
  private readonly plan = el('div');
  private shownOrigin = '';
  private shownPlan: string | undefined;

  update(source: Source, fingerprint: string | undefined): void {
    const isOpen = fingerprint !== undefined;
    if (this.element.hidden === isOpen) this.element.hidden = !isOpen;
    document.body.classList.toggle('with-detail', isOpen);
    if (!isOpen) return this.closed();
    const opened = `${source.message.name} ${fingerprint}`;
    const isNew = this.opened !== opened;
    if (isNew && !this.element.contains(document.activeElement)) this.openedFrom = document.activeElement;
    this.opened = opened;
    const statement = source.statement(fingerprint) ?? elsewhere(source, fingerprint);
    if (statement === undefined) return this.missing(opened, fingerprint);
    const built = [opened, source.server !== undefined, statement.queryType, statement.statement].join(' ');
    if (this.built !== built) this.build(source, statement);
    this.built = built;
    this.follow(source, statement);
    if (isNew) this.element.querySelector<HTMLElement>('button')?.focus();
  }

  private closed(): void {
    if (this.opened === undefined) return;
    this.opened = this.built = undefined;
    this.element.replaceChildren();
    if (this.openedFrom instanceof HTMLElement) this.openedFrom.focus();
  }

  private missing(opened: string, fingerprint: string): void {
    const built = `missing ${opened}`;
    if (this.built === built) return;
    this.built = built;
    const text = `The statement ${fingerprint} is not among the 500 that are kept, or has not run in this process.`;
    this.element.replaceChildren(this.head('Statement'), el('p', { class: 'note', text }));
  }

  private build(source: Source, { statement, queryType }: Statement): void {
    const explain = explainText(statement, queryType, source.message.driver);
    const figures = [...FIGURES, ...(source.server === undefined ? [] : SERVER_FIGURES)];
    const nodes = figures.map(([label, text]) => ({ label, text, node: el('dd') }));
    this.canvas = spreadCanvas(336, 56);
    const spread: Shown = { node: el('figcaption'), text: ({ shape }) => spreadText(shape) };
    this.texts = [...nodes, spread];
    this.shownOrigin = '';
    this.shownPlan = undefined;
    this.origin.replaceChildren();
    this.plan.replaceChildren();
    this.element.replaceChildren(
      this.head(queryType),
      el('pre', { text: statement, tabindex: '0' }),
      el(
        'div',
        { class: 'actions' },
        copyButton('Copy statement', () => statement),
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
      el('dl', { class: 'figures' }, ...nodes.map(({ label, node }) => el('div', {}, el('dt', { text: label }), node))),
      el('figure', {}, this.canvas, spread.node),
      this.origin,
      this.plan,
    );
  }

  private follow(source: Source, statement: Statement): void {
    const { shape, scope, caller, requestId, fingerprint } = statement;
    for (const { node, text } of this.texts) setText(node, text(statement, source));
    if (this.canvas && shape) drawSpread(this.canvas, shape);
    const origin = Object.entries({ 'sent by': scope, line: caller, request: requestId, fingerprint });
    const shownOrigin = JSON.stringify(origin);
    if (this.shownOrigin !== shownOrigin) {
      this.shownOrigin = shownOrigin;
      const known = origin.filter((pair): pair is [string, string] => pair[1] !== undefined);
      const items = known.map(([label, text]) => el('div', {}, el('dt', { text: label }), el('dd', { text })));
      this.origin.replaceChildren(...items);
    }
    const plan = source.plans.get(fingerprint);
    if (this.shownPlan === plan?.capturedAt) return;
    this.shownPlan = plan?.capturedAt;
    this.plan.replaceChildren(...planView(plan));
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

type Figure = readonly [label: string, text: Shown['text']];

const FIGURES: readonly Figure[] = [
  ['calls', ({ calls }) => count(calls)],
  ['total', ({ totalMs }) => duration(totalMs)],
  ['mean', ({ meanMs }) => duration(meanMs)],
  ['p50', ({ p50 }) => duration(p50)],
  ['p95', ({ p95 }) => duration(p95)],
  ['p99', ({ p99 }) => duration(p99)],
  ['max', ({ maxMs }) => duration(maxMs)],
  ['rows', ({ rows }) => count(rows)],
  ['now', ({ load }) => `${duration(load)} per second`],
  ['last', ({ lastSeen }) => moment(lastSeen)],
];

const SERVER_FIGURES: readonly Figure[] = [
  there('calls there', ({ server }) => server && count(server.calls)),
  there('mean there', ({ server }) => server && duration(server.meanMs)),
  there('outside', (row) => durationOf(outsideOf(row))),
  there('pool', ({ poolMs }) => durationOf(poolMs)),
];

/** A figure of the server about a statement, if it has one. */
function there(label: string, text: (row: ServerRow) => string | undefined): Figure {
  return [
    label,
    ({ fingerprint }, { server }) => {
      const row = server?.statements.find((one) => one.fingerprint === fingerprint);
      return (row && text(row)) ?? '–';
    },
  ];
}

function durationOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : duration(ms);
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
