import UPlot from 'uplot';
import type { Point } from '../messages';
import { clock, count, figure } from './format';
import { el, setText } from './dom';

interface Line {
  readonly label: string;
  readonly color: string;
  readonly of: (point: Point) => number | null;
  readonly fill?: boolean;
}

interface ChartOptions {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly log?: boolean;
  /** Whole numbers only. */
  readonly whole?: boolean;
}

const SECOND = 1000;
const SHOWN_SECONDS = 300;
const MIN_SHOWN_SECONDS = 60;
const HEIGHT = 132;

export const CHARTS: readonly ChartOptions[] = [
  {
    title: 'Statements',
    unit: '/s',
    whole: true,
    lines: [
      { label: 'statements', color: '--accent', of: ({ statements }) => statements, fill: true },
      { label: 'errors', color: '--bad', of: ({ errors }) => errors || null },
    ],
  },
  {
    title: 'Duration',
    unit: 'ms',
    log: true,
    lines: [
      { label: 'p99', color: '--third', of: ({ p99 }) => p99 || null },
      { label: 'p95', color: '--second', of: ({ p95 }) => p95 || null },
      { label: 'p50', color: '--accent', of: ({ p50 }) => p50 || null },
    ],
  },
  {
    title: 'Pool',
    unit: '',
    whole: true,
    lines: [
      { label: 'in use', color: '--accent', of: ({ active }) => active, fill: true },
      { label: 'waiting', color: '--bad', of: ({ pending }) => pending || null },
      { label: 'limit', color: '--muted', of: ({ max }) => max || null },
    ],
  },
  {
    title: 'Transactions',
    unit: '/s',
    whole: true,
    lines: [
      { label: 'committed', color: '--accent', of: ({ commits }) => commits, fill: true },
      { label: 'rolled back', color: '--bad', of: ({ rollbacks }) => rollbacks || null },
    ],
  },
];

/** Curves of the last five minutes; the legend has the figures of the last second, or of the one under the pointer. */
export class Chart {
  readonly element: HTMLElement;
  private readonly plot: HTMLElement = el('div', { class: 'plot' });
  private readonly legend: readonly HTMLElement[];
  private uplot: UPlot | undefined;
  private points: readonly Point[] = [];

  constructor(private readonly options: ChartOptions) {
    this.legend = options.lines.map(() => el('b'));
    const items = options.lines.map(({ label, color }, i) => {
      const dot = el('i');
      dot.style.background = `var(${color})`;
      return el('span', {}, dot, label, ' ', this.legend[i]);
    });
    this.plot.setAttribute('role', 'img');
    const title = el('h2', { text: `${options.title}${options.unit ? `, ${options.unit}` : ''}` });
    this.element = el(
      'section',
      { class: 'chart' },
      el('header', {}, title, el('div', { class: 'legend' }, ...items)),
      this.plot,
    );
    new ResizeObserver(() => this.uplot?.setSize({ width: this.plot.clientWidth, height: HEIGHT })).observe(this.plot);
  }

  update(points: readonly Point[], now: number): void {
    this.points = withGaps(points.filter(({ time }) => time > now - SHOWN_SECONDS * SECOND));
    const { lines, title } = this.options;
    const data = [
      this.points.map(({ time }) => time / SECOND),
      ...lines.map(({ of }) => this.points.map((point) => (Number.isNaN(point.statements) ? null : of(point)))),
    ] as UPlot.AlignedData;
    this.uplot ??= new UPlot(this.settings(), data, this.plot);
    this.uplot.batch(() => {
      this.uplot!.setData(data, false);
      const shown = (now - (this.points[0]?.time ?? now)) / SECOND;
      const seconds = Math.min(SHOWN_SECONDS, Math.max(MIN_SHOWN_SECONDS, shown));
      this.uplot!.setScale('x', { min: now / SECOND - seconds, max: now / SECOND });
    });
    this.showFigures(this.uplot.cursor.idx ?? this.points.length - 1);
    this.plot.setAttribute('aria-label', `${title} in the last five minutes: ${this.legendText()}`);
  }

  /** With the colours of the other theme. */
  redraw(): void {
    this.uplot?.destroy();
    this.uplot = undefined;
  }

  private showFigures(index: number): void {
    const point = this.points[index];
    this.options.lines.forEach(({ of }, i) => {
      const value = point === undefined || Number.isNaN(point.statements) ? null : of(point);
      setText(this.legend[i]!, value === null ? '–' : this.textOf(value));
    });
  }

  private textOf(value: number): string {
    return this.options.whole ? count(value) : figure(value);
  }

  private legendText(): string {
    return this.options.lines.map(({ label }, i) => `${label} ${this.legend[i]!.textContent}`).join(', ');
  }

  private settings(): UPlot.Options {
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const font = `11px ${style.getPropertyValue('--sans').trim()}`;
    const axis = {
      stroke: color('--muted'),
      font,
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
    };
    return {
      width: this.plot.clientWidth || 300,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'time' }, points: { size: 5 } },
      hooks: { setCursor: [(plot) => this.showFigures(plot.cursor.idx ?? this.points.length - 1)] },
      padding: [6, 18, 0, 0],
      scales: {
        x: { time: true, auto: false },
        y: this.options.log
          ? { distr: 3, log: 10, range: (_, min, max) => decades(min, max) }
          : { range: (_, __, max) => [0, Math.max(1, (max || 0) * 1.15)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 22,
          space: 70,
          values: (_, ticks) => ticks.map((tick) => clock(tick * SECOND).slice(0, tick % 60 === 0 ? 5 : 8)),
        },
        {
          ...axis,
          // Large numbers need more room.
          size: (_: UPlot, values: string[] | null) =>
            Math.max(44, ...(values ?? []).map(({ length }) => 12 + 7 * length)),
          ...(this.options.whole && { incrs: WHOLE_STEPS }),
          // The others of a logarithmic axis would be too many.
          ...(this.options.log && {
            splits: (_: UPlot, __: number, min: number, max: number) => powersOfTen(min, max),
          }),
          values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : this.textOf(tick))),
        },
      ],
      series: [
        {},
        ...this.options.lines.map(({ label, color: name, fill }) => ({
          label,
          stroke: color(name),
          width: 1.5,
          points: { size: 4, fill: color(name) },
          ...(fill && { fill: `${color(name)}22` }),
        })),
      ],
    };
  }
}

const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 7 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b);

function powersOfTen(min: number, max: number): number[] {
  const first = Math.round(Math.log10(min));
  return Array.from({ length: Math.round(Math.log10(max)) - first + 1 }, (_, i) => 10 ** (first + i));
}

/** Whole powers of ten, at least one. */
function decades(min: number | null, max: number | null): [number, number] {
  const low = 10 ** Math.floor(Math.log10(Math.max(0.001, min ?? 0.1)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(0.001, max ?? 10)));
  return [low, high > low ? high : low * 10];
}

/** A point without figures where seconds are missing, so that no line joins what no one has seen. */
function withGaps(points: readonly Point[]): Point[] {
  return points.flatMap((point, i) => {
    const before = points[i - 1];
    const isGap = before !== undefined && point.time - before.time > 3 * SECOND;
    return isGap ? [{ ...point, time: before.time + SECOND, statements: NaN }, point] : [point];
  });
}
