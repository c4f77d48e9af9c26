import type { Contender } from './measure';

interface Instrumentation {
  enable(): void;
  disable(): void;
  setTracerProvider(provider: unknown): void;
  setMeterProvider(provider: unknown): void;
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
  const api = load<{ trace: { getTracerProvider(): unknown } }>('@opentelemetry/api');
  if (!pg || !typeorm || !metrics || !traces || !api) return [];

  class Reader extends metrics.MetricReader {
    onForceFlush = () => Promise.resolve();
    onShutdown = () => Promise.resolve();
  }
  const meter = new metrics.MeterProvider({ readers: [new Reader()] });
  const tracer = new traces.BasicTracerProvider();
  const none = api.trace.getTracerProvider();
  const ofPg = new pg.PgInstrumentation({ requireParentSpan: false });
  const ofTypeorm = new typeorm.TypeormInstrumentation({ enableInternalInstrumentation: true });
  for (const instrumentation of [ofPg, ofTypeorm]) instrumentation.disable();
  ofPg.setMeterProvider(meter);
  return [
    contender('OpenTelemetry pg, metrics', ofPg, () => ofPg.setTracerProvider(none)),
    contender('OpenTelemetry pg, metrics and tracing', ofPg, () => ofPg.setTracerProvider(tracer)),
    contender('OpenTelemetry TypeORM, spans', ofTypeorm, () => ofTypeorm.setTracerProvider(tracer)),
  ];
}

const contender = (name: string, it: Instrumentation, prepare: () => void): Contender => ({
  name,
  on: () => {
    prepare();
    it.enable();
  },
  off: () => it.disable(),
});

/** OpenTelemetry's instrumentations, switched on for their turns only; none when they are not installed. */
export const openTelemetry: readonly Contender[] = create();
