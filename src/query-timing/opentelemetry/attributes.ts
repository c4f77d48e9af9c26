import type { Attributes } from '@opentelemetry/api';
import type { PublishedSource } from '../sinks/metrics/metrics-publisher';
import { OTHER_DATA_SOURCES } from '../sinks/metrics/series-groups';
import type { Labels } from '../sinks/metrics/series-labels';
import { ATTRIBUTE, databaseSystemOf } from './semantic-conventions';

/**
 * Identifies a DataSource: the attributes of its operations and the name of its pool. The pool of the unnamed DataSource
 * has the name of the database or else of the server, as the conventions have it.
 */
export function labelsOf({ name, driver, host, port, database, labels }: PublishedSource): Labels {
  const system = databaseSystemOf(driver);
  const otherPort = host !== undefined && port !== undefined && port !== system.port ? String(port) : undefined;
  const server = host?.includes(':') && otherPort ? `[${host}]` : host;
  const pool = name ?? database ?? (otherPort === undefined ? server : `${server}:${otherPort}`) ?? system.name;
  return {
    ...labels,
    [ATTRIBUTE.pool]: pool,
    [ATTRIBUTE.system]: system.name,
    ...(database !== undefined && { [ATTRIBUTE.namespace]: database }),
    ...(host !== undefined && { [ATTRIBUTE.address]: host }),
    ...(otherPort !== undefined && { [ATTRIBUTE.port]: otherPort }),
  };
}

/** Of a DataSource beyond the limit: what many have in common. */
export function labelsOfOthers(labels: Labels): Labels {
  return { [ATTRIBUTE.pool]: OTHER_DATA_SOURCES, [ATTRIBUTE.system]: labels[ATTRIBUTE.system]! };
}

export function isOther(labels: Labels): boolean {
  return labels[ATTRIBUTE.pool] === OTHER_DATA_SOURCES && labels[ATTRIBUTE.address] === undefined;
}

export function operationAttributes({ [ATTRIBUTE.pool]: pool, ...labels }: Labels): Attributes {
  void pool;
  const port = labels[ATTRIBUTE.port];
  return port === undefined ? labels : { ...labels, [ATTRIBUTE.port]: Number(port) };
}

const OF_OPERATIONS: readonly string[] = [ATTRIBUTE.system, ATTRIBUTE.namespace, ATTRIBUTE.address, ATTRIBUTE.port];

/** @param role of its replicas or of its primary, if it has pools of both */
export function poolAttributes(labels: Labels, role: string | undefined): Attributes {
  const own = Object.fromEntries(Object.entries(labels).filter(([name]) => !OF_OPERATIONS.includes(name)));
  return role === undefined ? own : { ...own, [ATTRIBUTE.pool]: `${labels[ATTRIBUTE.pool]}/${role}` };
}
