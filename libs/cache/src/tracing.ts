import {
  ProxyTracerProvider,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  context,
  trace,
} from '@opentelemetry/api';

const library = '@trilith/cache';

/** What a span tells of one operation. */
export interface SpanFacts extends SpanOptions {
  readonly name: string;
}

/** Runs work in a span, which ends with it, as failed when it fails; without an SDK just runs it. */
export async function inSpan<T>(
  { name, ...options }: SpanFacts,
  work: () => Promise<T>,
): Promise<T> {
  if (!isTracing()) return work();
  const parent = context.active();
  const span = trace.getTracer(library).startSpan(name, options, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Whether anybody listens: without an SDK nothing is built. */
function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  if (!(provider instanceof ProxyTracerProvider)) return true;
  return provider.getDelegateTracer(library) !== undefined;
}

function fail(span: Span, error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  span.setAttribute('error.type', name);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  if (error instanceof Error) span.recordException(error);
}
