import { context, INVALID_SPAN_CONTEXT, trace, TraceFlags, type SpanContext } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { Registry } from 'prom-client';
import type { InstallOptions } from '../../../src/query-timing/core';
import { timed } from '../support/timed';

const contexts = new AsyncLocalStorageContextManager();
beforeAll(() => void context.setGlobalContextManager(contexts.enable()));
afterAll(() => context.disable());

const SPAN = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
};
const traced = <T>(work: () => T, span: SpanContext = SPAN): T =>
  context.with(trace.setSpanContext(context.active(), span), work);

/** The slow line of a statement in a span. */
async function slowLine(options: InstallOptions, span?: SpanContext) {
  const { dataSource, logger } = await timed({ slowQueryThresholdMs: 0, ...options });
  await traced(() => dataSource.query('SELECT 1'), span);
  return logger.ofOperation('DB_SLOW_QUERY')[0];
}

describe('a slow statement', () => {
  it('has the trace id of the active span without any option', async () => {
    expect(await slowLine({})).toMatchObject({ trace_id: SPAN.traceId });
  });

  it('has it beside what the option context returns', async () => {
    const line = await slowLine({ context: () => ({ requestId: 'r1', tenant: 'teas' }) });
    expect(line).toMatchObject({ request_id: 'r1', context_tenant: 'teas', trace_id: SPAN.traceId });
  });

  it('has the trace id that the option context returns, if there is one', async () => {
    expect(await slowLine({ context: () => ({ traceId: 'mine' }) })).toMatchObject({ trace_id: 'mine' });
  });

  it('has it where the option context fails', async () => {
    const failing = () => {
      throw new Error('no');
    };
    expect(await slowLine({ context: failing })).toMatchObject({ trace_id: SPAN.traceId });
  });

  it('has none of an invalid span', async () => {
    expect(await slowLine({}, INVALID_SPAN_CONTEXT)).not.toHaveProperty('trace_id');
  });

  it('has an exemplar with the trace id', async () => {
    const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const { dataSource } = await timed({ exemplars: true, slowQueryThresholdMs: 0, registry: registry as never });
    await traced(() => dataSource.query('SELECT 1'));
    expect(await registry.metrics()).toContain(`# {trace_id="${SPAN.traceId}"}`);
  });
});

it('has no trace id without @opentelemetry/api', async () => {
  jest.resetModules();
  jest.doMock('@opentelemetry/api', () => {
    throw new Error("Cannot find module '@opentelemetry/api'");
  });
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the module as it is loaded without the package
  const { activeSpan } = require('../../../src/query-timing/model/active-span') as {
    activeSpan: () => SpanContext | undefined;
  };
  expect(traced(() => [activeSpan(), activeSpan()])).toEqual([undefined, undefined]);
});
