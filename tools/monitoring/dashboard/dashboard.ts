import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as gauge from '@grafana/grafana-foundation-sdk/gauge';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as piechart from '@grafana/grafana-foundation-sdk/piechart';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { readObjectives } from '../objectives';
import { PLACE, RECORDED } from './expressions';
import type { PanelDescription, PanelQuery } from './panel';
import { ALERT_ANNOTATION, DEPLOY_ANNOTATION, rows } from './panels';

const DATA_SOURCE = { type: 'prometheus', uid: '$datasource' };
const RUNBOOKS = `${readObjectives().links.runbooks}/docs/runbooks/`;
const PANEL_HEIGHT = 8;

/** The dashboard as Grafana imports it. */
export function buildDashboard(): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder('Database query performance')
    .uid('database-query-performance')
    .description(
      'Rate, duration and errors of the queries of a service, its connection pool, its transactions and its PostgreSQL.',
    )
    .tags(['database', 'prometheus'])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .readonly()
    .variables([
      new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
      // With one cluster there is no cluster, and without Kubernetes no namespace: All must also match an empty one.
      labelVariable('cluster', 'Cluster', 'db_queries_total', '.*'),
      labelVariable('namespace', 'Namespace', 'db_queries_total{cluster=~"$cluster"}', '.*'),
      labelVariable('job', 'Job', `db_queries_total{${PLACE}}`),
      labelVariable('instance', 'Instance', `db_queries_total{${RECORDED}}`),
      labelVariable('query_type', 'Query type', `db_queries_total{${RECORDED}}`),
      labelVariable('server', 'PostgreSQL', `pg_up{${PLACE}}`, '.+', 'job'),
    ])
    .annotations([
      annotation('Alerts', 'red', ALERT_ANNOTATION).titleFormat('{{alertname}}').textFormat('{{severity}} {{job}}'),
      annotation('Deploys', 'blue', DEPLOY_ANNOTATION)
        .useValueForTime(true)
        .titleFormat('{{job}} started')
        .textFormat('{{instance}}'),
    ])
    .links([
      new dashboard.DashboardLinkBuilder('Run-books')
        .type(dashboard.DashboardLinkType.Link)
        .url(RUNBOOKS)
        .targetBlank(true),
    ]);
  for (const row of rows) {
    builder.withRow(new dashboard.RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panelBuilder(panel));
  }
  const built = builder.build();
  // Links to a panel need an id, which the SDK does not set.
  let id = 0;
  for (const panel of built.panels ?? []) panel.id = ++id;
  return built;
}

function labelVariable(name: string, title: string, of: string, allValue = '.+', label = name) {
  return new dashboard.QueryVariableBuilder(name)
    .label(title)
    .datasource(DATA_SOURCE)
    .query({ query: `label_values(${of}, ${label})`, refId: `variable-${name}` })
    .definition(`label_values(${of}, ${label})`)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(allValue)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

function annotation(name: string, color: string, expr: string) {
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(DATA_SOURCE)
    .enable(true)
    .hide(false)
    .iconColor(color)
    .expr(expr)
    .step('60s');
}

/** The methods that all panel builders share. */
interface AnyPanelBuilder {
  build(): dashboard.Panel;
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: common.DataSourceRef): this;
  unit(unit: string): this;
  min(min: number): this;
  max(max: number): this;
  height(height: number): this;
  span(width: number): this;
  thresholds(thresholds: dashboard.ThresholdsConfigBuilder): this;
  targets(targets: prometheus.DataqueryBuilder[]): this;
  links(links: dashboard.DashboardLinkBuilder[]): this;
}

function panelBuilder(panel: PanelDescription): AnyPanelBuilder {
  const builder = visualisation(panel)
    .title(panel.title)
    .description(panel.description)
    .datasource(DATA_SOURCE)
    .unit(panel.unit)
    .height(PANEL_HEIGHT)
    .span(panel.width)
    .targets(panel.queries.map(target));
  if (panel.kind !== 'stat') builder.min(0);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.thresholds) {
    const steps = panel.thresholds.map(({ color, from }) => ({ color, value: from }));
    builder.thresholds(new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps));
  }
  if (panel.runbook) {
    const link = new dashboard.DashboardLinkBuilder('Run-book')
      .type(dashboard.DashboardLinkType.Link)
      .url(`${RUNBOOKS}${panel.runbook}.md#${panel.runbook.toLowerCase()}`)
      .targetBlank(true);
    builder.links([link]);
  }
  return builder;
}

function target({ expr, legend, instant, format }: PanelQuery, index: number): prometheus.DataqueryBuilder {
  const builder = new prometheus.DataqueryBuilder()
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .datasource(DATA_SOURCE)
    .expr(expr)
    .legendFormat(legend)
    .editorMode(prometheus.QueryEditorMode.Code);
  if (format) {
    builder.format(format === 'table' ? prometheus.PromQueryFormat.Table : prometheus.PromQueryFormat.Heatmap);
  }
  return instant ? builder.instant() : builder.range();
}

const lastValue = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false);

function visualisation({ kind, queries }: PanelDescription): AnyPanelBuilder {
  switch (kind) {
    case 'timeseries':
      return new timeseries.PanelBuilder()
        .lineWidth(1)
        .fillOpacity(10)
        .showPoints(common.VisibilityMode.Never)
        .legend(
          new common.VizLegendOptionsBuilder()
            .showLegend(true)
            .displayMode(common.LegendDisplayMode.Table)
            .placement(common.LegendPlacement.Bottom)
            .calcs(['mean', 'max', 'lastNotNull']),
        )
        .tooltip(
          new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
        );
    case 'gauge':
      return new gauge.PanelBuilder().reduceOptions(lastValue()).showThresholdMarkers(true);
    case 'stat':
      return new stat.PanelBuilder().reduceOptions(lastValue()).colorMode(common.BigValueColorMode.Background);
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
      return tableOf(queries);
  }
}

/** One row per label set and one column per query. */
function tableOf(queries: readonly PanelQuery[]): AnyPanelBuilder {
  const single = queries.length === 1;
  const columns = queries.map(({ legend }, index) => {
    const column = single ? 'Value' : `Value #${String.fromCharCode('A'.charCodeAt(0) + index)}`;
    return [column, legend.startsWith('{{') ? 'alerts' : legend] as const;
  });
  const builder = new table.PanelBuilder().withTransformation({ id: 'merge', options: {} }).withTransformation({
    id: 'organize',
    options: { excludeByName: { Time: true }, renameByName: Object.fromEntries(columns) },
  });
  const units: Readonly<Record<string, string>> = { QPS: 'reqps', p99: 's' };
  for (const [, name] of columns) {
    if (units[name]) builder.overrideByName(name, [{ id: 'unit', value: units[name] }]);
  }
  return builder;
}
