import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { CORRELATION_HEADER, withCorrelation } from '../correlation/correlation.js';
import type { Lifecycle } from '../lifecycle/lifecycle.js';
import type { HttpMetrics } from '../metrics/metrics-registry.js';
import { isObserved, pathOf, routeOf } from './observed-route.js';
import { spanOf } from '../tracing/http-spans.js';
import { traceFieldsOf } from '../tracing/trace-fields.js';
import { traceHeadersFrom } from '../tracing/trace-headers.js';

/** What the observation of requests needs. */
export interface RequestObservers {
  readonly logger: Logger;
  readonly metrics: HttpMetrics;
  readonly lifecycle: Lifecycle;
}

/**
 * What happens around each request: its correlation (taken or made, echoed, and the context of all
 * that follows), one access line, one measurement, and the end of its connection during a stop.
 */
export function observeRequests(fastify: FastifyInstance, observers: RequestObservers): void {
  const { lifecycle } = observers;
  // What an access line holds is chosen below: looking for secrets in it would cost more than
  // the rest of the line.
  const reporting = { ...observers, logger: observers.logger.child({}, { redact: [] }) };
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header(CORRELATION_HEADER, request.id);
    const correlation = { id: request.id, trace: traceHeadersFrom(request.headers) };
    withCorrelation(correlation, () => done(hasHost(request) ? undefined : new HostMissingError()));
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    // A client that keeps its connection would send its next request to a server that is gone.
    if (lifecycle.phase === 'stopping') reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    report(request, reply, reporting);
    done();
  });
}

class HostMissingError extends Error {
  readonly code = 'HOST_MISSING';
  readonly statusCode = 400;
}

/** HTTP/1.1 demands a Host header (RFC 9112, 3.2). */
function hasHost({ headers, raw }: FastifyRequest): boolean {
  return headers.host !== undefined || raw.httpVersion === '1.0';
}

function report(
  request: FastifyRequest,
  reply: FastifyReply,
  { logger, metrics }: RequestObservers,
): void {
  const route = routeOf(request);
  if (!isObserved(route)) return;
  const { method } = request;
  const status = reply.statusCode;
  metrics.observe({ method, route, status }, reply.elapsedTime / 1_000);
  const line = {
    correlationId: request.id,
    ...traceFieldsOf(spanOf(request), traceHeadersFrom(request.headers)),
    method,
    path: pathOf(request.url),
    route,
    status,
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    ...(!reply.raw.writableEnded && { aborted: true }),
  };
  if (status >= 500) logger.warn(line, 'request');
  else logger.info(line, 'request');
}

/** The access line of a request that the router could not even read, so that no hook saw it. */
export function logUnroutable(logger: Logger, request: FastifyRequest, status: number): void {
  const { id: correlationId, method } = request;
  const path = pathOf(request.url);
  logger.info({ correlationId, method, path, route: 'unmatched', status }, 'request');
}
