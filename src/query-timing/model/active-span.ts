/** The part of OpenTelemetry's API that is used. */
interface TraceApi {
  readonly trace: { getActiveSpan(): { spanContext(): SpanContext } | undefined };
  isSpanContextValid(context: SpanContext): boolean;
}

export interface SpanContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly traceFlags: number;
}

let api: TraceApi | undefined;
let isResolved = false;

/** The active span of OpenTelemetry; undefined without one, and without `@opentelemetry/api`. Never throws. */
export function activeSpan(): SpanContext | undefined {
  try {
    if (!isResolved) api = resolveApi();
    const context = api?.trace.getActiveSpan()?.spanContext();
    return context !== undefined && api?.isSpanContextValid(context) === true ? context : undefined;
  } catch {
    return undefined;
  }
}

function resolveApi(): TraceApi | undefined {
  isResolved = true;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on demand: all else works without it
  return require('@opentelemetry/api') as TraceApi;
}
