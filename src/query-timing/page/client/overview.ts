import type { SourceMessage } from '../messages';
import { Chart, CHARTS } from './charts';
import { byId, el, setText, showLinks } from './dom';
import { count, duration, figure, percent } from './format';
import { hashOf, readRoute } from './route';
import type { Source, Store } from './store';
import { verdictOf } from './verdict';

interface Tile {
  readonly label: string;
  readonly value: (message: SourceMessage, source: Source, now: number) => string;
  readonly more: (message: SourceMessage, source: Source, now: number) => string;
}

const TILES: readonly Tile[] = [
  {
    label: 'Statements',
    value: ({ summary }) => count(summary.totalQueries),
    more: ({ summary }, source) =>
      `${count(source.points.at(-1)?.statements ?? 0)}/s · ${count(summary.transactionControl.total)} BEGIN, COMMIT`,
  },
  {
    label: 'Median',
    value: ({ summary }) => duration(summary.percentiles.p50Ms),
    more: ({ summary }) => `mean ${duration(summary.averageDurationMs)}`,
  },
  {
    label: 'p95',
    value: ({ summary }) => duration(summary.percentiles.p95Ms),
    more: ({ summary }) => `p99 ${duration(summary.percentiles.p99Ms)}`,
  },
  {
    label: 'In the database',
    value: ({ summary }) => duration(summary.totalDurationMs),
    more: ({ summary }) =>
      summary.otherStatements.total === 0
        ? 'all statements are listed'
        : `${count(summary.otherStatements.total)} calls (${duration(summary.otherStatements.totalDurationMs)}) not listed`,
  },
  {
    label: 'Slow',
    value: ({ summary }) => count(summary.slowQueries),
    more: ({ summary }) => `${percent(summary.slowPercentage)} of data statements`,
  },
  {
    label: 'Errors',
    value: ({ summary }) => count(summary.errors),
    more: ({ summary }) =>
      `${count(summary.timeouts)} by timeout · ${count(summary.connectionFailures)} of connections`,
  },
  {
    label: 'Pool',
    value: ({ pools }) =>
      pools.length === 0
        ? '–'
        : pools.map(({ active, max }) => `${count(active)}/${max === null ? '∞' : count(max)}`).join(' + '),
    more: (_, source, now) => poolText(source, now),
  },
  {
    label: 'Transactions',
    value: (_, source, now) => transactions(source, now).value,
    more: (_, source, now) => transactions(source, now).more,
  },
];

/** The upper half: is it well, and since when not. */
export class Overview {
  private readonly values = TILES.map(() => el('dd', { class: 'value' }));
  private readonly mores = TILES.map(() => el('dd', { class: 'more' }));
  private readonly charts = CHARTS.map((options) => new Chart(options));

  constructor() {
    byId('tiles').append(
      ...TILES.map(({ label }, i) =>
        el('div', { class: 'tile' }, el('dt', { text: label }), this.values[i], this.mores[i]),
      ),
    );
    byId('charts').append(...this.charts.map(({ element }) => element));
  }

  update(store: Store, source: Source): void {
    const { message } = source;
    TILES.forEach(({ value, more }, i) => {
      setText(this.values[i]!, value(message, source, store.now));
      setText(this.mores[i]!, more(message, source, store.now));
    });
    for (const chart of this.charts) chart.update(source.points, store.now);
    this.showVerdict(store, source);
  }

  /** What is shown is old. */
  showLost(text: string): void {
    byId('verdict').dataset.level = 'lost';
    setText(byId('verdict-text'), text);
    showLinks(byId('reasons'), []);
  }

  redraw(): void {
    for (const chart of this.charts) chart.redraw();
  }

  private showVerdict(store: Store, { points, slow, errors }: Source): void {
    const { level, text, reasons } = verdictOf(
      { points, slow, errors, findings: [...store.findings.values()] },
      store.now,
    );
    const verdict = byId('verdict');
    verdict.dataset.level = level;
    setText(byId('verdict-text'), text);
    const links = reasons.map((reason) => ({
      href: hashOf({ ...readRoute(), tab: reason.tab, sort: undefined }),
      text: reason.text,
    }));
    showLinks(byId('reasons'), links);
  }
}

function poolText(source: Source, now: number): string {
  const points = source.lastMinute(now);
  const acquired = points.reduce((sum, point) => sum + point.acquired, 0);
  const waited = points.reduce((sum, point) => sum + point.waitMs, 0);
  const pending = points.at(-1)?.pending ?? 0;
  const wait = acquired === 0 ? 'none acquired in the last minute' : `${duration(waited / acquired)} to get one`;
  return `${count(pending)} waiting · ${wait}`;
}

/** Of the last minute. */
function transactions(source: Source, now: number): { readonly value: string; readonly more: string } {
  const points = source.lastMinute(now);
  const sum = (of: (point: (typeof points)[number]) => number) => points.reduce((total, point) => total + of(point), 0);
  const ended = sum(({ commits, rollbacks }) => commits + rollbacks);
  if (ended === 0) return { value: '–', more: 'none in the last minute' };
  const ms = sum(({ transactionMs }) => transactionMs);
  const idle = sum(({ idleMs }) => idleMs);
  const perSecond = ended / Math.max(1, points.length);
  return {
    value: `${figure(perSecond)}/s`,
    more: `${duration(ms / ended)} each, ${percent(ms === 0 ? 0 : (100 * idle) / ms)} idle · ${count(sum(({ rollbacks }) => rollbacks))} rolled back`,
  };
}
