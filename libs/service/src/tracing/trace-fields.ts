import { type Span, isSpanContextValid, trace } from '@opentelemetry/api';
import { currentTraceHeaders } from '../correlation/correlation.js';
import { type TraceHeaders, traceIdOf } from './trace-headers.js';

/** What a log line says of the trace that it belongs to, by the names that OpenTelemetry gives them. */
export interface TraceFields {
  readonly trace_id?: string;
  /** Only when this service takes part in the trace, instead of passing it on. */
  readonly span_id?: string;
}

/** The trace of what is being handled, if any. */
export function currentTraceFields(): TraceFields {
  return traceFieldsOf(trace.getActiveSpan(), currentTraceHeaders());
}

/** Those of a span; without one, those of the caller that a trace is passed on from. */
export function traceFieldsOf(
  span: Span | undefined,
  passedOn: TraceHeaders | undefined,
): TraceFields {
  const own = span?.spanContext();
  if (own !== undefined && isSpanContextValid(own)) {
    return { trace_id: own.traceId, span_id: own.spanId };
  }
  return passedOn === undefined ? {} : { trace_id: traceIdOf(passedOn) };
}
