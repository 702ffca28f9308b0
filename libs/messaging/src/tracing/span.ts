import {
  type Attributes,
  type Context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';

import type { MessageContext, MessageHeaders } from '../messaging.options.js';
import { HandlerFailure, describeError } from '../transport/failure.js';

const library = '@trilith/messaging';

/** What a span tells of one operation. */
export interface SpanFacts extends SpanOptions {
  readonly name: string;
  /** What it happened in. Default: the active context. */
  readonly parent?: Context;
}

/** Whether anybody listens: without an SDK nothing is built, and messages cost what they did. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  if (!(provider instanceof ProxyTracerProvider)) return true;
  return provider.getDelegateTracer(library) !== undefined;
}

/** Runs work in a span, which ends with it, as failed when it fails. */
export async function inSpan<T>(facts: SpanFacts, work: (span: Span) => Promise<T>): Promise<T> {
  const { parent = context.active() } = facts;
  const span = startSpan(facts);
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    fail(span, error instanceof HandlerFailure ? error.thrown : error);
    throw error;
  } finally {
    span.end();
  }
}

/** Starts a span that somebody else ends. */
export function startSpan({ name, parent, ...options }: SpanFacts): Span {
  return trace.getTracer(library).startSpan(name, options, parent);
}

/** Says that what the span tells of has failed. */
export function fail(span: Span, error: unknown): void {
  const { code, message } = describeError(error);
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  if (error instanceof Error) span.recordException(error);
}

/** What a message sent now carries: of the application's own context, and of the active trace. */
export function outgoingHeaders(messages: Pick<MessageContext, 'headers'>): MessageHeaders {
  const headers = messages.headers();
  return isTracing() ? withTrace(headers, context.active()) : headers;
}

/** Headers with the trace of a context over any that they had. */
export function withTrace(headers: MessageHeaders, from: Context): MessageHeaders {
  const carrier = { ...headers };
  propagation.inject(from, carrier);
  return carrier;
}

/** The context in which a message was created. A process that handles it adds nothing of its own. */
export function creationContext(headers: MessageHeaders): Context {
  return propagation.extract(ROOT_CONTEXT, headers);
}

/** Attributes without those that are not known. */
export function known(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined && value !== ''),
  );
}
