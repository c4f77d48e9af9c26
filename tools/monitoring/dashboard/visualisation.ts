import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as piechart from '@grafana/grafana-foundation-sdk/piechart';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { AlertLine, PanelDescription, PanelThreshold, TableColumn } from './panel';

/** The builder of a panel's kind, with the options of that kind. */
export function visualisation(panel: PanelDescription) {
  switch (panel.kind) {
    case 'timeseries':
      return curves(panel);
    case 'stat':
      return new stat.PanelBuilder()
        .reduceOptions(lastValue())
        .colorMode(common.BigValueColorMode.Background)
        .graphMode(common.BigValueGraphMode.None)
        .thresholds(steps(panel.thresholds ?? []));
    case 'piechart':
      return new piechart.PanelBuilder()
        .pieType(piechart.PieChartType.Donut)
        .reduceOptions(lastValue())
        .legend(
          new piechart.PieChartLegendOptionsBuilder()
            .showLegend(true)
            .displayMode(common.LegendDisplayMode.Table)
            .placement(common.LegendPlacement.Right)
            .values([piechart.PieChartLegendValues.Percent, piechart.PieChartLegendValues.Value]),
        );
    case 'heatmap':
      return new heatmap.PanelBuilder()
        .calculate(false)
        .cellGap(1)
        .color(
          new heatmap.HeatmapColorOptionsBuilder().mode(heatmap.HeatmapColorMode.Scheme).scheme('Oranges').steps(64),
        )
        .yAxis(new heatmap.YAxisConfigBuilder().unit('s'))
        .showLegend();
    case 'table':
      return tableOf(panel);
  }
}

const lastValue = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false);

const steps = (thresholds: readonly PanelThreshold[]) =>
  new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(thresholds.map(({ color, from }) => ({ color, value: from })));

function curves({ lines = [], queries }: PanelDescription): timeseries.PanelBuilder {
  const builder = new timeseries.PanelBuilder()
    .lineWidth(1)
    .fillOpacity(10)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        // Beside many names there is no place for values.
        .calcs(queries.length > 3 || queries.some(({ above0By }) => above0By) ? [] : ['max']),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  if (lines.length === 0) return builder;
  return (
    builder
      .thresholds(steps([{ color: 'green', from: null }, ...lines.map(stepOf)]))
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed))
      // The lines are in the picture while the curve is far below.
      .axisSoftMax(1.1 * Math.max(...lines.map(({ at }) => at)))
  );
}

const stepOf = ({ severity, at }: AlertLine): PanelThreshold => ({
  color: severity === 'critical' ? 'red' : 'yellow',
  from: at,
});

export const refIdOf = (query: number): string => String.fromCharCode('A'.charCodeAt(0) + query);

/** One row per label set; a column for each label and each query that is wanted. */
function tableOf({ queries, columns = [], sortBy }: PanelDescription): table.PanelBuilder {
  const valueOf = (query: number) => (queries.length === 1 ? 'Value' : `Value #${refIdOf(query)}`);
  const fields = columns.map((column) => {
    const query = queries.findIndex(({ legend }) => legend === column.name);
    return [query < 0 ? column.name : valueOf(query), column] as const;
  });
  const shown = new Set(fields.map(([field]) => field));
  const hidden = ['Time', ...queries.map((_, query) => valueOf(query))].filter((field) => !shown.has(field));
  const builder = new table.PanelBuilder().withTransformation({ id: 'merge', options: {} }).withTransformation({
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(hidden.map((field) => [field, true])),
      indexByName: Object.fromEntries(fields.map(([field], index) => [field, index])),
      renameByName: Object.fromEntries(fields.map(([field, { title }]) => [field, title])),
    },
  });
  if (sortBy) {
    builder.sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy.title).desc(sortBy.desc)]);
  }
  for (const column of columns) {
    const properties = propertiesOf(column);
    if (properties.length > 0) builder.overrideByName(column.title, properties);
  }
  return builder;
}

function propertiesOf({ unit, width, link, colours }: TableColumn): dashboard.DynamicConfigValue[] {
  return [
    ...(unit ? [{ id: 'unit', value: unit }] : []),
    ...(width ? [{ id: 'custom.width', value: width }] : []),
    ...(link ? [{ id: 'links', value: [{ title: 'Open', url: link, targetBlank: true }] }] : []),
    ...(colours
      ? [
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
          {
            id: 'mappings',
            value: [
              {
                type: 'value',
                options: Object.fromEntries(
                  Object.entries(colours).map(([text, color], index) => [text, { color, index }]),
                ),
              },
            ],
          },
        ]
      : []),
  ];
}
