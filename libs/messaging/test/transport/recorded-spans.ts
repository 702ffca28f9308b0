import {
  type Attributes,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

/** What a test looks at of a span. */
export interface SpanForTest {
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly linksTo: readonly string[];
  readonly failed: boolean;
  readonly attributes: Attributes;
}

/** OpenTelemetry as an application sets it up, with its spans kept in memory. */
export class RecordedSpans {
  private readonly exporter = new InMemorySpanExporter();

  start(): void {
    const spanProcessors = [new SimpleSpanProcessor({ exporter: this.exporter })];
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  }

  stop(): void {
    trace.disable();
    context.disable();
    propagation.disable();
  }

  /** Those that have ended, in that order. */
  get all(): readonly SpanForTest[] {
    return this.exporter.getFinishedSpans().map(toSpanForTest);
  }

  named(name: string): readonly SpanForTest[] {
    return this.all.filter((span) => span.name === name);
  }

  clear(): void {
    this.exporter.reset();
  }
}

function toSpanForTest(span: ReadableSpan): SpanForTest {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    kind: SpanKind[span.kind] ?? '',
    traceId,
    spanId,
    parentId: span.parentSpanContext?.spanId,
    linksTo: span.links.map((link) => link.context.spanId),
    failed: span.status.code === SpanStatusCode.ERROR,
    attributes: span.attributes,
  };
}
