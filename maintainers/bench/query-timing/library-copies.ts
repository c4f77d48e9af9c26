import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as stock from './stock-subscriber';
import type * as core from '../../../src/query-timing/core';
import type * as recorder from '../../../src/query-timing/recorder/query-recorder';
import type * as querySubscriber from '../../../src/query-timing/probes/query-subscriber';
import type * as poolProbe from '../../../src/query-timing/probes/pool-probe';
import type * as streamProbe from '../../../src/query-timing/probes/stream-probe';
import type * as statementCompletion from '../../../src/query-timing/probes/statement-completion';
import type * as transactionProbe from '../../../src/query-timing/probes/transaction-probe';
import type * as faults from '../../../src/query-timing/recorder/internal-faults';
import type * as table from '../../../src/query-timing/sinks/metrics/metrics-table';
import type * as metrics from '../../../src/query-timing/sinks/metrics/query-metrics';
import type * as top from '../../../src/query-timing/sinks/metrics/top-statements';
import type * as log from '../../../src/query-timing/sinks/slow-query-log';
import type * as explain from '../../../src/query-timing/explain/capture-plans';
import type * as page from '../../../src/query-timing/page/feed';
import type * as options from '../../../src/query-timing/options';
import type * as scopeStore from '../../../src/query-timing/scopes/scope-store';
import type * as scopeOptions from '../../../src/query-timing/scopes/scope-options';
import type * as timingScopes from '../../../src/query-timing/scopes/timing-scopes';
import type * as callers from '../../../src/query-timing/scopes/callers/callers';
import type * as relationNames from '../../../src/query-timing/scopes/relations/relation-names';
import type * as dialect from '../../../src/query-timing/sql/dialect';
import type * as queryType from '../../../src/query-timing/sql/query-type';

/** The folder with the compiled library. */
export const COMPILED = join(__dirname, '../../../.cache/bench/query-timing');

/** One instance of the library's modules, which shares nothing with another. */
export type Library = typeof core &
  typeof recorder &
  typeof querySubscriber &
  typeof poolProbe &
  typeof streamProbe &
  typeof statementCompletion &
  typeof transactionProbe &
  typeof faults &
  typeof table &
  typeof metrics &
  typeof top &
  typeof log &
  typeof options &
  typeof scopeStore &
  typeof scopeOptions &
  typeof timingScopes &
  typeof callers &
  typeof relationNames &
  typeof dialect &
  typeof queryType;

const MODULES = [
  'core',
  'recorder/query-recorder',
  'probes/query-subscriber',
  'probes/pool-probe',
  'probes/stream-probe',
  'probes/statement-completion',
  'probes/transaction-probe',
  'recorder/internal-faults',
  'sinks/metrics/metrics-table',
  'sinks/metrics/query-metrics',
  'sinks/metrics/top-statements',
  'sinks/slow-query-log',
  'options',
  'scopes/scope-store',
  'scopes/callers/callers',
  'scopes/relations/relation-names',
  'scopes/scope-options',
  'scopes/timing-scopes',
  'sql/dialect',
  'sql/query-type',
];

/** Loads another instance of the library, with separate code. */
export function loadLibrary(): Library {
  const load = createRequire(join(COMPILED, 'index.js'));
  forget(load, COMPILED);
  return Object.assign({}, ...MODULES.map((name) => load(`./${name}.js`) as object)) as Library;
}

/** What the live page sends, of the instance that was loaded last. */
export function loadPage(): typeof page {
  return createRequire(join(COMPILED, 'core.js'))('./page/feed.js') as typeof page;
}

/** What captures plans, of the same instance. */
export function loadExplain(): typeof explain {
  return createRequire(join(COMPILED, 'core.js'))('./explain/capture-plans.js') as typeof explain;
}

/** The same for the subscriber that uses prom-client, together with prom-client. */
export function loadStock(): typeof stock {
  const load = createRequire(__filename);
  const file = load.resolve('./stock-subscriber.ts');
  forget(load, file);
  forget(load, dirname(load.resolve('prom-client')));
  return load(file) as typeof stock;
}

function forget(load: NodeJS.Require, start: string): void {
  for (const path of Object.keys(load.cache)) if (path.startsWith(start)) delete load.cache[path];
}
