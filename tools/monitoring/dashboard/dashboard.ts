import type * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { readObjectives } from '../objectives';
import { everAbove0, PLACE, RECORDED } from './expressions';
import type { PanelDescription, PanelQuery } from './panel';
import { ALERT_ANNOTATION, DEPLOY_ANNOTATION, rows } from './panels';
import { RUNBOOKS, runbookOf } from './runbooks';
import { refIdOf, visualisation } from './visualisation';

const DATA_SOURCE = { type: 'prometheus', uid: '$datasource' };
const PANEL_HEIGHT = 8;
const { links } = readObjectives();

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
      address('logs', 'Logs', links.logs),
      address('traces', 'Traces', links.traces),
    ])
    .annotations([
      annotation('Alerts', 'red', ALERT_ANNOTATION).titleFormat('{{alertname}}').textFormat('{{severity}} {{job}}'),
      annotation('Deploys', 'blue', DEPLOY_ANNOTATION)
        .useValueForTime(true)
        .titleFormat('{{job}} started')
        .textFormat('{{instance}}'),
    ])
    .links([link('Run-books', RUNBOOKS), link('Logs', '$logs$job'), link('Traces', '$traces$job')]);
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

/** A search elsewhere: what to search for follows. */
const address = (name: string, title: string, url: string) =>
  new dashboard.TextBoxVariableBuilder(name)
    .label(title)
    .description('The address of a search there; what to search for is appended.')
    .defaultValue(url)
    .current({ selected: true, text: url, value: url });

const link = (title: string, url: string) =>
  new dashboard.DashboardLinkBuilder(title).type(dashboard.DashboardLinkType.Link).url(url).targetBlank(true);

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
  noValue(text: string): this;
  targets(targets: prometheus.DataqueryBuilder[]): this;
  links(links: dashboard.DashboardLinkBuilder[]): this;
}

function panelBuilder(panel: PanelDescription): AnyPanelBuilder {
  const builder: AnyPanelBuilder = visualisation(panel)
    .title(panel.title)
    .description(panel.description)
    .datasource(DATA_SOURCE)
    .unit(panel.unit)
    .height(panel.height ?? PANEL_HEIGHT)
    .span(panel.width)
    .targets(panel.queries.map(target));
  if (panel.kind !== 'stat') builder.min(0);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.noValue !== undefined) builder.noValue(panel.noValue);
  if (panel.runbook) {
    builder.links([link('Run-book', runbookOf(panel.runbook))]);
  }
  return builder;
}

function target(query: PanelQuery, index: number): prometheus.DataqueryBuilder {
  const { expr, legend, instant, format, exemplars, above0By } = query;
  const builder = new prometheus.DataqueryBuilder()
    .refId(refIdOf(index))
    .datasource(DATA_SOURCE)
    .expr(above0By ? everAbove0(expr, above0By) : expr)
    .legendFormat(legend)
    .editorMode(prometheus.QueryEditorMode.Code);
  if (exemplars) builder.exemplar(true);
  if (format) {
    builder.format(format === 'table' ? prometheus.PromQueryFormat.Table : prometheus.PromQueryFormat.Heatmap);
  }
  return instant ? builder.instant() : builder.range();
}
