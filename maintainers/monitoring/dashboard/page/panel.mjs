// @ts-nocheck -- the command installs Grafana's packages
import { getFieldDisplayValues } from '@grafana/data';
import { BigValue, PanelChrome, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { createElement as h } from 'react';
import { Heatmap, Pie } from './drawings.mjs';

const NO_DATA = { display: 'grid', placeItems: 'center', height: '100%', fontSize: 18 };

function Stat({ panel, frames, theme, width, height }) {
  const { reduceOptions, colorMode, graphMode, textMode, wideLayout, justifyMode } = panel.options;
  const values = getFieldDisplayValues({
    ...{ data: frames, fieldConfig: panel.fieldConfig, reduceOptions, theme, timeZone: 'utc' },
    replaceVariables: (text) => text,
  });
  return h(VizRepeater, {
    ...{ width, height, itemSpacing: 3, minVizHeight: 20, autoGrid: true, orientation: 'auto', source: values },
    getValues: () => values,
    renderValue: ({ value, width, height, count }) =>
      h(BigValue, {
        ...{ value: value.display, width, height, theme, colorMode, graphMode, wideLayout, justifyMode, count },
        textMode: textMode === 'auto' && count === 1 ? 'value' : textMode,
      }),
  });
}

const visualisations = {
  timeseries: ({ panel, frames, theme, width, height, timeRange }) =>
    h(TimeSeries, {
      frames,
      theme,
      width,
      height,
      timeRange,
      timeZone: 'utc',
      legend: panel.options.legend,
      options: panel.options,
    }),
  stat: Stat,
  piechart: Pie,
  heatmap: Heatmap,
  table: ({ panel, frames, width, height }) => {
    const { cellHeight, sortBy } = panel.options;
    return h(TableNG, {
      data: frames[0],
      width,
      height,
      cellHeight,
      initialSortBy: sortBy,
      enableVirtualization: false,
    });
  },
};

/** A panel with its frame, as tall and as wide as the grid says. */
export function Panel({ panel, frames, theme, timeRange, width, height }) {
  return h(PanelChrome, {
    ...{
      width,
      height,
      title: panel.title,
      description: panel.description,
      padding: panel.type === 'table' ? 'none' : 'md',
    },
    children: (innerWidth, innerHeight) =>
      frames.length === 0 || frames.every(({ length }) => length === 0)
        ? h('div', { style: NO_DATA }, panel.fieldConfig.defaults.noValue ?? 'No data')
        : h(visualisations[panel.type], { panel, frames, theme, timeRange, width: innerWidth, height: innerHeight }),
  });
}
