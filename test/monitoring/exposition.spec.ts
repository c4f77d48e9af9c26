import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { installQueryTiming } from '../../src/query-timing/core';
import { monitoringPrograms, type MonitoringPrograms } from './support/programs';

let programs: MonitoringPrograms;
beforeAll(async () => {
  programs = await monitoringPrograms((line) => process.stderr.write(`${line}\n`));
}, 180_000);

/** The exit code of promtool check metrics, and its findings. */
async function check(exposition: string) {
  const promtool = spawn(programs.promtool, ['check', 'metrics'], { stdio: 'pipe' });
  const code = new Promise((ended) => promtool.once('close', ended));
  promtool.stdin.end(exposition);
  const [found, more] = await Promise.all([text(promtool.stdout), text(promtool.stderr)]);
  return { code: await code, found: found + more };
}

it('promtool check metrics has no findings for any metric of the library', async () => {
  const registry = new Registry();
  const dataSource = await new DataSource({ type: 'sqljs' }).initialize();
  const logger = { warn: () => undefined };
  installQueryTiming(dataSource, { registry, topStatements: true, slowQueryThresholdMs: 0, logger });
  await dataSource.query('SELECT \'it\'\'s\', "a\\b" AS "héllo\n{}"');
  await dataSource.query('SELEC').catch(() => undefined);
  const other = new DataSource({ type: 'postgres', replication: { master: {}, slaves: [] } });
  installQueryTiming(other, { registry, name: 'reports', defaultLabels: { shard: 'eu "1"\\' }, logger });

  const exposition = await registry.metrics();
  expect(new Set(exposition.match(/(?<=^# TYPE )\w+/gm)).size).toBe(21);
  expect(await check(exposition)).toEqual({ code: 0, found: '' });
  expect((await check(`${exposition}db_queries_sum 1\n`)).code).not.toBe(0);
});
