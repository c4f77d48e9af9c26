// @ts-nocheck -- the command installs Grafana's packages
import { formattedValueToString, getDisplayProcessor } from '@grafana/data';
import { createElement as h } from 'react';

/** Grafana's packages have no pie and no heatmap: these are near to what Grafana draws. */

const last = (values) => values[values.length - 1] ?? 0;

export function Pie({ frames, theme, width, height }) {
  const slices = frames
    .map(({ fields }) => ({ name: fields[1].state.displayName, value: last(fields[1].values) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value);
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  const palette = theme.visualization.palette.map((name) => theme.visualization.getColorByName(name));
  const show = getDisplayProcessor({ field: frames[0].fields[1], theme });
  const radius = Math.min(height / 2, width / 5) - 8;
  let before = 0;
  const arcs = slices.map(({ name, value }, index) => {
    const [from, to] = [before, before + value / total].map((turn) => 2 * Math.PI * turn);
    before += value / total;
    const point = (angle) => `${radius * Math.sin(angle)} ${-radius * Math.cos(angle)}`;
    const d = `M ${point(from)} A ${radius} ${radius} 0 ${to - from > Math.PI ? 1 : 0} 1 ${point(to - 0.001)}`;
    return h('path', {
      key: name,
      d,
      fill: 'none',
      stroke: palette[index % palette.length],
      strokeWidth: radius * 0.4,
    });
  });
  const rows = slices.map(({ name, value }, index) =>
    h(
      'tr',
      { key: name },
      h('td', { style: { color: palette[index % palette.length] } }, '▬ '),
      h('td', { style: { paddingRight: 16 } }, name),
      h('td', { style: { textAlign: 'right', paddingRight: 16 } }, `${Math.round((100 * value) / total)}%`),
      h('td', { style: { textAlign: 'right' } }, formattedValueToString(show(value))),
    ),
  );
  const ring = { width: radius * 2.5, height, viewBox: `${-radius * 1.25} ${-height / 2} ${radius * 2.5} ${height}` };
  return h(
    'div',
    { style: { display: 'flex', alignItems: 'center', gap: 24, height, fontSize: 12 } },
    h('svg', ring, arcs),
    h('table', null, h('tbody', null, rows)),
  );
}

/** Rows are the buckets; the darker a cell, the more observations it has. */
export function Heatmap({ frames, theme, width, height }) {
  const bounds = frames
    .map(({ fields }) => ({ bound: Number(fields[1].labels.le.replace('+Inf', 'Infinity')), fields }))
    .sort((a, b) => a.bound - b.bound);
  // They are cumulative.
  const rows = bounds.map(({ bound, fields }, row) => ({
    bound,
    values: fields[1].values.map((value, i) => Math.max(0, value - (bounds[row - 1]?.fields[1].values[i] ?? 0))),
  }));
  const most = Math.max(...rows.flatMap(({ values }) => values));
  const [left, bottom] = [52, 18];
  const show = getDisplayProcessor({ field: frames[0].fields[1], theme });
  const cell = { width: (width - left) / rows[0].values.length, height: (height - bottom) / rows.length };
  const top = (row) => height - bottom - (row + 1) * cell.height;
  const cells = rows.flatMap(({ values }, row) =>
    values.flatMap((value, i) =>
      value < most / 5_000
        ? []
        : h('rect', {
            key: `${row} ${i}`,
            x: left + i * cell.width,
            y: top(row) + 1,
            width: cell.width,
            height: cell.height - 1,
            fill: `hsl(${32 - 14 * Math.sqrt(value / most)}, 95%, ${18 + 52 * Math.sqrt(value / most)}%)`,
          }),
    ),
  );
  const text = { fill: theme.colors.text.primary, fontSize: 11 };
  const labels = rows.flatMap(({ bound }, row) =>
    row % 2 === 0 && Number.isFinite(bound)
      ? h('text', { key: bound, x: 0, y: top(row) + 4, ...text }, formattedValueToString(show(bound)))
      : [],
  );
  return h('svg', { width, height }, cells, labels);
}
