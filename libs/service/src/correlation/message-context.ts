import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  CORRELATION_HEADER,
  correlationIdFrom,
  currentCorrelationId,
  currentTraceHeaders,
  withCorrelation,
} from './correlation.js';
import { traceHeadersFrom } from '../tracing/trace-headers.js';

/**
 * Carries the correlation of a request over messages, and its caller's trace: where this service
 * takes part in that trace, OpenTelemetry puts its own place in it over the caller's.
 */
@Injectable()
export class MessageContext {
  /** Headers for an outgoing message: the correlation of what is being handled, or a new one. */
  headers(): Record<string, string> {
    const id = currentCorrelationId() ?? randomUUID();
    return { [CORRELATION_HEADER]: id, ...currentTraceHeaders() };
  }

  /** Runs a message's handler inside the correlation that its headers carry, or a new one. */
  run<T>(
    headers: Readonly<Record<string, string | undefined>>,
    handler: () => Promise<T>,
  ): Promise<T> {
    const id = correlationIdFrom(headers[CORRELATION_HEADER]);
    return withCorrelation({ id, trace: traceHeadersFrom(headers) }, handler);
  }
}
