import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  CORRELATION_HEADER,
  correlationIdFrom,
  currentCorrelationId,
  withCorrelation,
} from './correlation.js';

/** Carries the correlation of a request over messages. */
@Injectable()
export class MessageContext {
  /** Headers for an outgoing message: the correlation of what is being handled, or a new one. */
  headers(): Record<string, string> {
    return { [CORRELATION_HEADER]: currentCorrelationId() ?? randomUUID() };
  }

  /** Runs a message's handler inside the correlation that its headers carry, or a new one. */
  run<T>(
    headers: Readonly<Record<string, string | undefined>>,
    handler: () => Promise<T>,
  ): Promise<T> {
    return withCorrelation(correlationIdFrom(headers[CORRELATION_HEADER]), handler);
  }
}
