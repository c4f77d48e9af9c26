import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as published from '@opentelemetry/semantic-conventions/incubating';
import { OTHER_ERRORS } from '../../../src/query-timing/sinks/metrics/failure-table';
import {
  ATTRIBUTE,
  databaseSystemOf,
  METRIC,
  SCHEMA_URL,
} from '../../../src/query-timing/opentelemetry/semantic-conventions';

const folder = dirname(require.resolve('@opentelemetry/semantic-conventions'));
const { version } = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8')) as { version: string };

interface Definition {
  readonly constant: string;
  readonly description: string;
  readonly deprecated: boolean;
}

/** Every metric and attribute of the package by its name. */
const definitions = new Map<string, Definition>();
for (const file of ['stable_metrics', 'experimental_metrics', 'stable_attributes', 'experimental_attributes']) {
  const text = readFileSync(join(folder, `${file}.d.cts`), 'utf8');
  const pattern = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*declare const ((?:METRIC|ATTR)_\w+): "([^"]+)"/g;
  for (const [, doc = '', constant = '', name = ''] of text.matchAll(pattern)) {
    const [description = ''] = doc
      .replaceAll(/^ \* ?/gm, '')
      .trim()
      .split('\n');
    definitions.set(name, { constant, description, deprecated: doc.includes('@deprecated') });
  }
}

const constants: Readonly<Record<string, unknown>> = published;

describe("OpenTelemetry's semantic conventions", () => {
  it.each(Object.values(METRIC))('publish the metric $name with this description', ({ name, description }) => {
    expect(definitions.get(name)).toEqual({
      constant: expect.stringMatching(/^METRIC_/),
      description,
      deprecated: false,
    });
  });

  it.each(Object.values(ATTRIBUTE))('publish the attribute %s', (name) => {
    const { constant, deprecated } = definitions.get(name)!;
    expect(constants[constant]).toBe(name);
    expect(deprecated).toBe(false);
  });

  it.each([
    ['postgres', 'POSTGRESQL'],
    ['cockroachdb', 'COCKROACHDB'],
    ['mysql', 'MYSQL'],
    ['mariadb', 'MARIADB'],
    ['mssql', 'MICROSOFT_SQL_SERVER'],
    ['oracle', 'ORACLE_DB'],
    ['sap', 'SAP_HANA'],
    ['spanner', 'GCP_SPANNER'],
    ['better-sqlite3', 'SQLITE'],
    ['sqljs', 'SQLITE'],
    ['a driver that is not known', 'OTHER_SQL'],
  ])('publish the system of %s', (driver, constant) => {
    expect(databaseSystemOf(driver).name).toBe(constants[`DB_SYSTEM_NAME_VALUE_${constant}`]);
  });

  it('publish the fallback of an error type and the states of a connection', () => {
    expect(OTHER_ERRORS).toBe(published.ERROR_TYPE_VALUE_OTHER);
    expect(published.DB_CLIENT_CONNECTION_STATE_VALUE_USED).toBe('used');
    expect(published.DB_CLIENT_CONNECTION_STATE_VALUE_IDLE).toBe('idle');
  });

  it('are those of the version that the metrics name', () => {
    expect(`${SCHEMA_URL}.`).toContain(`/schemas/${version.split('.').slice(0, 2).join('.')}.`);
  });
});
