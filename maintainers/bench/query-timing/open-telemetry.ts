import type { Contender } from './measure';

interface Instrumentation {
  enable(): void;
  disable(): void;
  setTracerProvider(provider: unknown): void;
  setMeterProvider(provider: unknown): void;
}

interface ContextManager {
  enable(): unknown;
  disable(): unknown;
}

interface Api {
  readonly trace: { getTracerProvider(): unknown };
  readonly context: { setGlobalContextManager(manager: ContextManager): unknown };
}

type Constructor<T> = new (options?: object) => T;

function load<T>(name: string): T | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- optional, and before pg is loaded
    return require(name) as T;
  } catch {
    process.stderr.write(`not installed, so not compared: ${name}\n`);
    return undefined;
  }
}

function create(): Contender[] {
  const pg = load<{ PgInstrumentation: Constructor<Instrumentation> }>('@opentelemetry/instrumentation-pg');
  const typeorm = load<{ TypeormInstrumentation: Constructor<Instrumentation> }>(
    '@opentelemetry/instrumentation-typeorm',
  );
  const metrics = load<{ MeterProvider: Constructor<unknown>; MetricReader: Constructor<object> }>(
    '@opentelemetry/sdk-metrics',
  );
  const traces = load<{ BasicTracerProvider: Constructor<unknown> }>('@opentelemetry/sdk-trace-base');
  const contexts = load<{ AsyncLocalStorageContextManager: Constructor<ContextManager> }>(
    '@opentelemetry/context-async-hooks',
  );
  const api = load<Api>('@opentelemetry/api');
  if (!pg || !typeorm || !metrics || !traces || !contexts || !api) return [];

  class Reader extends metrics.MetricReader {
    onForceFlush = () => Promise.resolve();
    onShutdown = () => Promise.resolve();
  }
  const meter = new metrics.MeterProvider({ readers: [new Reader()] });
  const tracer = new traces.BasicTracerProvider();
  const none = api.trace.getTracerProvider();
  const contextManager = new contexts.AsyncLocalStorageContextManager();
  api.context.setGlobalContextManager(contextManager);
  const ofPg = new pg.PgInstrumentation({ requireParentSpan: false });
  const ofTypeorm = new typeorm.TypeormInstrumentation({ enableInternalInstrumentation: true });
  for (const instrumentation of [ofPg, ofTypeorm]) instrumentation.disable();
  ofPg.setMeterProvider(meter);
  const contender = (name: string, it: Instrumentation, provider: unknown): Contender => ({
    name,
    on: () => {
      contextManager.enable();
      it.setTracerProvider(provider);
      it.enable();
    },
    off: () => {
      it.disable();
      contextManager.disable();
    },
  });
  return [
    contender('OpenTelemetry pg, metrics', ofPg, none),
    contender('OpenTelemetry pg, metrics and tracing', ofPg, tracer),
    contender('OpenTelemetry TypeORM, spans', ofTypeorm, tracer),
  ];
}

/**
 * OpenTelemetry's instrumentations, switched on for their turns only, with the context manager that its NodeSDK sets up
 * whatever is exported; none when they are not installed.
 */
export const openTelemetry: readonly Contender[] = create();
