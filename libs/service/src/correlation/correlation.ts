import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { CLS_ID, ClsServiceManager } from 'nestjs-cls';
import type { TraceHeaders } from '../tracing/trace-headers.js';

/** The header, of HTTP and of messages, that carries the correlation id. */
export const CORRELATION_HEADER = 'x-correlation-id';

const TRACE = 'trilith.trace';

/** Ids end up in logs and headers: letters, digits and `._:-` only, 8 to 128 of them. */
const SANE_ID = /^[\w.:-]{8,128}$/;

/** The id that a caller sent, when it is sane, else a new one. */
export function correlationIdFrom(sent: unknown): string {
  return typeof sent === 'string' && SANE_ID.test(sent) ? sent : randomUUID();
}

/** The id of an incoming HTTP request. */
export function requestCorrelationId(request: Pick<IncomingMessage, 'headers'>): string {
  return correlationIdFrom(request.headers[CORRELATION_HEADER]);
}

/** The id of the request or message that is being handled, if any. */
export function currentCorrelationId(): string | undefined {
  const cls = ClsServiceManager.getClsService();
  return cls.isActive() ? cls.getId() : undefined;
}

/** The caller's trace, which goes on to whoever is asked or told next, if it sent one. */
export function currentTraceHeaders(): TraceHeaders | undefined {
  const cls = ClsServiceManager.getClsService();
  return cls.isActive() ? cls.get<TraceHeaders | undefined>(TRACE) : undefined;
}

/** What is being handled: its correlation, and the trace that its caller sent along. */
export interface Correlation {
  readonly id: string;
  readonly trace: TraceHeaders | undefined;
}

/** Runs work, and all that it starts, inside the context of one correlation id. */
export function withCorrelation<T>({ id, trace }: Correlation, work: () => T): T {
  const cls = ClsServiceManager.getClsService();
  return cls.run({ ifNested: 'override' }, () => {
    cls.set(CLS_ID, id);
    cls.set(TRACE, trace);
    return work();
  });
}
