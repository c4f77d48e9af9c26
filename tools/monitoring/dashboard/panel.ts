/** The parts of the dashboard; dashboard.ts turns them into Grafana's format. */
export interface PanelQuery {
  readonly expr: string;
  readonly legend: string;
  /** One value for the whole range instead of a time series. */
  readonly instant?: true;
  readonly format?: 'table' | 'heatmap';
  /** The labels of its curves, of which only those are shown that are above 0 at some time: a legend of zeros hides the others. */
  readonly above0By?: string;
  /** Also ask for the trace ids of the buckets. */
  readonly exemplars?: true;
}

export interface PanelThreshold {
  readonly color: 'green' | 'yellow' | 'red';
  /** In the panel's unit; null for the first threshold. */
  readonly from: number | null;
}

/** Where an alert begins, drawn as a line. */
export interface AlertLine {
  readonly alert: string;
  readonly severity: 'warning' | 'critical';
  /** In the panel's unit. */
  readonly at: number;
  /** The alert compares with `at` times this. Default: 1 */
  readonly times?: number;
}

/** How the cells of a column of a table look, and where they lead to. */
export interface TableColumn {
  /** The label, or the legend of the query. */
  readonly name: string;
  readonly title: string;
  readonly unit?: string;
  readonly width?: number;
  /** An address; `${__value.raw}` is the content of the cell. */
  readonly link?: string;
  /** Colours by content. */
  readonly colours?: Readonly<Record<string, string>>;
}

export interface PanelDescription {
  readonly kind: 'timeseries' | 'stat' | 'piechart' | 'table' | 'heatmap';
  readonly title: string;
  readonly description: string;
  /** A base unit of Grafana, such as `s` or `ops`; `percentunit` for a ratio between 0 and 1. */
  readonly unit: string;
  readonly queries: readonly PanelQuery[];
  readonly thresholds?: readonly PanelThreshold[];
  /** Of a time series. */
  readonly lines?: readonly AlertLine[];
  /** Of a table, in this order: all labels, and the queries whose values are shown. */
  readonly columns?: readonly TableColumn[];
  /** Of a table: the title of the column that it is sorted by, from the highest or from the first letter on. */
  readonly sortBy?: { readonly title: string; readonly desc: boolean };
  /** What a panel shows that has no data. */
  readonly noValue?: string;
  readonly max?: number;
  readonly width: 6 | 8 | 12 | 24;
  /** In cells of the grid. Default: 8 */
  readonly height?: number;
  /** The alert whose run-book the panel links to. */
  readonly runbook?: string;
}

export interface DashboardRow {
  readonly title: string;
  readonly panels: readonly PanelDescription[];
}
