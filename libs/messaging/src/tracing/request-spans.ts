import { type Attributes, SpanKind, context, trace } from '@opentelemetry/api';

import type { MessageContext, MessageHeaders } from '../messaging.options.js';
import { creationContext, fail, inSpan, isTracing, startSpan, withTrace } from './span.js';

/** Whom a request is for, and what it asks. */
export interface TracedRequest {
  readonly service: string;
  readonly topic: string;
}

/** A request under way. */
export interface AskedRequest {
  /** What it carries. */
  readonly headers: MessageHeaders;
  /** It got its reply, failed, or is not waited for any more. Further calls do nothing. */
  readonly end: (error?: unknown) => void;
}

/** A request begins: what it carries is the context of a span that ends with its reply. */
export function asking(request: TracedRequest, messages: MessageContext): AskedRequest {
  const headers = messages.headers();
  if (!isTracing()) return { headers, end: () => undefined };
  const span = startSpan({
    name: methodOf(request),
    kind: SpanKind.CLIENT,
    attributes: attributesOf(request),
  });
  let isOver = false;
  const end = (error?: unknown) => {
    if (isOver) return;
    isOver = true;
    if (error !== undefined) fail(span, error);
    span.end();
  };
  return { headers: withTrace(headers, trace.setSpan(context.active(), span)), end };
}

/** A request is answered, as a child of its caller's span. */
export async function answering(
  request: TracedRequest & { readonly headers: MessageHeaders },
  work: () => Promise<void>,
): Promise<void> {
  if (!isTracing()) return work();
  const parent = creationContext(request.headers);
  const facts = { name: methodOf(request), kind: SpanKind.SERVER, parent };
  return inSpan({ ...facts, attributes: attributesOf(request) }, work);
}

/** Marks the span that is active now as failed, by a failure that its work does not reject with. */
export function failureOfActiveSpan(): (error: unknown) => void {
  const span = trace.getActiveSpan();
  return (error) => {
    if (span) fail(span, error);
  };
}

function methodOf({ service, topic }: TracedRequest): string {
  return `${service}/${topic}`;
}

function attributesOf(request: TracedRequest): Attributes {
  return { 'rpc.system.name': 'redis_streams', 'rpc.method': methodOf(request) };
}
