import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import {
  installQueryTiming,
  runInScope,
  type RepeatedStatement,
  type ScopeSummary,
} from '../../../src/query-timing/core';
import { recordingLogger } from '../support/recording-logger';
import { ASKED_AGAIN } from './asked-again-shapes';
import { EXPECTED } from './expected-shapes';
import { MORE_EXPECTED } from './more-expected-shapes';
import { fillLibrary } from './library-data';
import { LIBRARY_ENTITIES, VisitsReader } from './library-entities';
import { MORE_REPEATING } from './more-repeating-shapes';
import { lineOfShape, REPEATING } from './repeating-shapes';

export const ENTITIES = { entities: LIBRARY_ENTITIES, subscribers: [VisitsReader], synchronize: true };

export type Server = 'PostgreSQL' | 'MariaDB' | 'sql.js';

const shapesFor = <T extends { readonly postgresOnly?: true }>(server: Server, shapes: Readonly<Record<string, T>>) =>
  Object.entries(shapes).filter(([, { postgresOnly }]) => server === 'PostgreSQL' || !postgresOnly);

/** Tests every shape on a server. */
export function testRepetitions(server: Server, open: () => Promise<DataSource>): void {
  let dataSource: DataSource;
  const closed: ScopeSummary[] = [];
  beforeAll(async () => {
    dataSource = await (await open()).initialize();
    await fillLibrary(dataSource);
    if (server === 'PostgreSQL') await dataSource.query('CREATE TABLE plain (id int)');
    const sinks = [{ record: () => undefined, recordScope: (scope: ScopeSummary) => void closed.push(scope) }];
    installQueryTiming(dataSource, { scopes: true, registry: new Registry(), logger: recordingLogger(), sinks });
  }, 120_000);
  afterAll(() => dataSource.destroy());

  const findingsOf = async (run: (dataSource: DataSource) => Promise<unknown>) => {
    closed.length = 0;
    await runInScope('some work', () => run(dataSource));
    return closed[0]!.findings as RepeatedStatement[];
  };

  it.each(shapesFor(server, { ...REPEATING, ...MORE_REPEATING }))(
    'are found with their relation and their line: %s',
    async (name, shape) => {
      const { run, relation, lookup, more = {}, lineOf = lineOfShape } = shape;
      const findings = await findingsOf(run);
      const found = findings.find((one) => one.caller?.startsWith(lineOf(name)) && one.relation === relation);
      expect(found ?? findings).toMatchObject({ kind: 'repeated_statement', count: expect.any(Number), ...more });
      expect(found!.count).toBeGreaterThanOrEqual(11);
      if (relation === undefined) expect(found!.lookup).toBe(lookup);
    },
  );

  it.each(shapesFor(server, { ...EXPECTED, ...MORE_EXPECTED, ...ASKED_AGAIN }))(
    'are not found where they are expected: %s',
    async (_name, { run }) => {
      expect(await findingsOf(run)).toEqual([]);
    },
  );
}
