/** The parts of the dashboard; dashboard.ts turns them into Grafana's format. */
export interface PanelQuery {
  readonly expr: string;
  readonly legend: string;
  /** One value for the whole range instead of a time series. */
  readonly instant?: true;
  readonly format?: 'table' | 'heatmap';
}

export interface PanelThreshold {
  readonly color: 'green' | 'yellow' | 'red';
  /** In the panel's unit; null for the first threshold. */
  readonly from: number | null;
}

export interface PanelDescription {
  readonly kind: 'timeseries' | 'gauge' | 'stat' | 'piechart' | 'table' | 'heatmap';
  readonly title: string;
  readonly description: string;
  /** A base unit of Grafana, such as `s` or `reqps`; `percentunit` for a ratio between 0 and 1. */
  readonly unit: string;
  readonly queries: readonly PanelQuery[];
  readonly thresholds?: readonly PanelThreshold[];
  readonly max?: number;
  readonly width: 6 | 8 | 12 | 24;
  /** The alert whose run-book the panel links to. */
  readonly runbook?: string;
}

export interface DashboardRow {
  readonly title: string;
  readonly panels: readonly PanelDescription[];
}
