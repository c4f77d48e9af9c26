// @ts-nocheck -- the command installs Grafana's packages
import {
  applyFieldOverrides,
  FieldType,
  getFieldDisplayName,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
  transformDataFrame,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';

standardTransformersRegistry.setInit(() =>
  [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map((transformation) => ({
    id: transformation.id,
    name: transformation.name,
    transformation: () => transformation,
  })),
);

/** The properties that fields of the dashboard override. */
const properties = [
  'unit',
  'min',
  'max',
  'decimals',
  'noValue',
  'thresholds',
  'links',
  'color',
  'displayName',
  'mappings',
];
const registry = {
  getIfExists: (id) => properties.map(property).find((one) => one.id === id) ?? custom(id),
  list: () => properties.map(property),
};
const property = (id) => ({ id, path: id, process: (value) => value, shouldApply: () => true });
const custom = (id) => ({ ...property(id), path: id.replace(/^custom\./, ''), isCustom: true });

const legendOf = ({ legendFormat }, labels) =>
  legendFormat.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? '');

/** A frame for each series, as the data source for Prometheus makes them. */
const graphs = ({ target, series }) =>
  series.map(({ metric, values }) => ({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: values.map(([time]) => time * 1000) },
      {
        name: 'Value',
        type: FieldType.number,
        labels: metric,
        config: { displayNameFromDS: legendOf(target, metric) },
        values: values.map(([, value]) => Number(value)),
      },
    ],
  }));

/** One frame with a row for each series. */
function table({ target, series }, isOneOfSeveral) {
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
  const column = (name, type, values) => ({ name, type, values, config: {} });
  return [
    {
      refId: target.refId,
      fields: [
        column(
          'Time',
          FieldType.time,
          series.map(({ values }) => values[0][0] * 1000),
        ),
        ...labels.map((name) =>
          column(
            name,
            FieldType.string,
            series.map(({ metric }) => metric[name] ?? ''),
          ),
        ),
        column(
          isOneOfSeveral ? `Value #${target.refId}` : 'Value',
          FieldType.number,
          series.map(({ values }) => Number(values[0][1])),
        ),
      ],
    },
  ];
}

/** As the panels of Grafana set it when the dashboard does not. */
const colourOf = ({ type }) => ({
  mode: type === 'timeseries' || type === 'piechart' ? 'palette-classic' : 'thresholds',
});

/** The data of a panel with its transformations and its field configuration. */
export async function framesOf(panel, results, theme) {
  const isTable = panel.type === 'table';
  const raw = results
    .filter(({ series }) => series.length > 0)
    .flatMap((result) => (isTable ? table(result, results.length > 1) : graphs(result)))
    .map(toDataFrame);
  const data = await firstValueFrom(transformDataFrame(panel.transformations ?? [], raw));
  const { defaults, overrides } = panel.fieldConfig;
  const frames = applyFieldOverrides({
    data,
    fieldConfig: { defaults: { color: colourOf(panel), ...defaults }, overrides },
    fieldConfigRegistry: registry,
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  for (const frame of frames) {
    for (const field of frame.fields) {
      field.config.custom = { ...defaults.custom, ...field.config.custom };
      field.state = { ...field.state, displayName: getFieldDisplayName(field, frame, frames) };
    }
  }
  return frames;
}
