import {
  type Attributes,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { clientAddressOf } from '../http/client-address.js';
import { isObserved, pathOf, routeOf } from '../http/observed-route.js';

const LIBRARY = '@trilith/service';
const spans = new WeakMap<FastifyRequest, Span>();

/** The span of a request, when it has one. */
export function spanOf(request: FastifyRequest): Span | undefined {
  return spans.get(request);
}

/**
 * A server span around each request, in its caller's trace, by OpenTelemetry's conventions for HTTP.
 * Does nothing when no SDK has been started by now: then requests cost what they did.
 *
 * By Fastify's hooks, where the context of a request is made anyway: instrumentation that patches
 * modules would have to be loaded before them, with a loader of its own for ESM.
 */
export function traceRequests(fastify: FastifyInstance): void {
  if (!isTracing()) return;
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!isObserved(routeOf(request))) return done();
    const caller = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = trace
      .getTracer(LIBRARY)
      .startSpan(
        `${request.method} ${request.routeOptions.url ?? ''}`.trimEnd(),
        { kind: SpanKind.SERVER, attributes: attributesOf(request) },
        caller,
      );
    spans.set(request, span);
    context.with(trace.setSpan(caller, span), done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    endSpan(spans.get(request), reply);
    done();
  });
}

function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  if (!(provider instanceof ProxyTracerProvider)) return true;
  return provider.getDelegateTracer(LIBRARY) !== undefined;
}

/** Without the query, which may hold what belongs in no log. */
function attributesOf(request: FastifyRequest): Attributes {
  const { method, protocol, host, raw, headers } = request;
  return {
    'http.request.method': method,
    'http.route': request.routeOptions.url,
    'url.path': pathOf(request.url),
    'url.scheme': protocol,
    'server.address': host,
    'client.address': clientAddressOf(request),
    'network.protocol.version': raw.httpVersion,
    'user_agent.original': headers['user-agent'],
    correlation_id: request.id,
  };
}

function endSpan(span: Span | undefined, { statusCode, raw }: FastifyReply): void {
  span?.setAttribute('http.response.status_code', statusCode);
  if (statusCode >= 500) {
    span?.setAttribute('error.type', String(statusCode));
    span?.setStatus({ code: SpanStatusCode.ERROR });
  } else if (!raw.writableEnded) {
    span?.setAttribute('error.type', 'aborted');
  }
  span?.end();
}
