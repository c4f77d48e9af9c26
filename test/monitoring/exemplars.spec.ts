import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import ts from 'typescript';
import { DataSource } from 'typeorm';
import { codeBlocks } from '../docs/pages';
import { monitoringPrograms } from './support/programs';
import { TestPrometheus } from './support/prometheus';

const GUIDE = 'docs/guides/TIME-YOUR-QUERIES.md';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

/** The example of the guide for Nest, as a user would copy it. */
function moduleOfTheGuide(): DynamicModule {
  const block = codeBlocks(GUIDE).find(({ code }) => code.includes('exemplars: true') && code.includes('forRoot'));
  const { outputText } = ts.transpileModule(block!.code, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const exports: { timing?: DynamicModule } = {};
  const importing = (name: string): unknown =>
    jest.requireActual(name === 'nestjs-query-timing' ? '../../src/query-timing' : name);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the example is ours, and has just been compiled
  (new Function('require', 'exports', outputText) as (...given: unknown[]) => void)(importing, exports);
  return exports.timing!;
}

let app: NestFastifyApplication;
let prometheus: TestPrometheus;
const directory = mkdtempSync(join(tmpdir(), 'exemplars-'));

beforeAll(async () => {
  const programs = await monitoringPrograms((line) => process.stderr.write(`${line}\n`));
  const imports = [TypeOrmModule.forRoot({ type: 'sqljs' }), PrometheusModule.register(), moduleOfTheGuide()];
  class AppModule {}
  Module({ imports })(AppModule);
  app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  const target = new URL(await app.getUrl()).host;
  const { prometheus: program } = programs;
  const features = ['exemplar-storage'];
  prometheus = await TestPrometheus.start({ program, directory, scrapeMs: 500, targets: { shop: target }, features });
}, 180_000);

afterAll(async () => {
  await prometheus?.stop();
  await app?.close();
  rmSync(directory, { recursive: true, force: true });
});

it('with the exemplars of the guide, the endpoint of @willsoto/nestjs-prometheus serves all metrics as OpenMetrics', async () => {
  const response = await fetch(`${await app.getUrl()}/metrics`);
  const exposition = await response.text();
  expect(response.headers.get('content-type')).toMatch(/^application\/openmetrics-text/);
  expect(exposition).toMatch(/^db_queries_total\{query_type="SELECT"\} \d+$/m);
  expect(exposition).toMatch(/^process_cpu_seconds_total /m);
  expect(exposition).toMatch(/# EOF\s*$/);
});

it('Prometheus stores the trace id of a slow query', async () => {
  const sleepy =
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT max(i) FROM n';
  await app.get(DataSource).query(sleepy);
  const stored = async (): Promise<unknown> => {
    const range = { start: String(Date.now() / 1000 - 600), end: String(Date.now() / 1000 + 60) };
    const query = new URLSearchParams({ query: 'db_query_duration_seconds_bucket', ...range });
    const response = await fetch(`${prometheus.server.url}/api/v1/query_exemplars?${query}`);
    const { data } = (await response.json()) as { data: { exemplars: { labels: { trace_id: string } }[] }[] };
    return data[0]?.exemplars[0]?.labels.trace_id;
  };
  while ((await stored()) === undefined) await delay(100);
  expect(await stored()).toBe(TRACE_ID);
}, 60_000);
