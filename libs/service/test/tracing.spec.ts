import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { isTracingAskedFor } from '../src/tracing/tracing.js';
import { runShelf, type RunningService } from './running-service.js';
import { ShelfProcess } from './shelf-process.js';

const BOOK = '/v1/books/0198c1a0-0000-7000-8000-000000000001';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const traceparent = `00-${TRACE}-${CALLER}-01`;

describe('with OpenTelemetry', () => {
  const exporter = new InMemorySpanExporter();
  let service: RunningService;

  beforeAll(async () => {
    const spanProcessors = [new SimpleSpanProcessor({ exporter })];
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    service = await runShelf();
  });
  afterEach(() => exporter.reset());
  afterAll(async () => {
    await service.app.close();
    trace.disable();
    context.disable();
    propagation.disable();
  });

  it('should have a span for a request, in its caller’s trace', async () => {
    const headers = { traceparent, 'x-correlation-id': 'order-4711', 'user-agent': 'a test' };
    await (await fetch(`${service.url}${BOOK}?token=abc`, { headers })).text();

    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'GET /v1/books/:id',
      kind: SpanKind.SERVER,
      parentSpanContext: { traceId: TRACE, spanId: CALLER },
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/v1/books/:id',
        'http.response.status_code': 200,
        'url.path': BOOK,
        'url.scheme': 'http',
        'user_agent.original': 'a test',
        correlation_id: 'order-4711',
      },
    });
    expect(JSON.stringify(span?.attributes)).not.toContain('abc');
  });

  it('should log the trace and the span of what is being handled', async () => {
    const before = service.log().length;
    await (await fetch(service.url + BOOK)).text();
    const own = exporter.getFinishedSpans()[0]?.spanContext();
    const lines = service.log().slice(before);
    expect(lines.map(({ msg }) => msg)).toEqual(['looking', 'request']);
    for (const line of lines) {
      expect(line).toMatchObject({ trace_id: own?.traceId, span_id: own?.spanId });
    }
  });

  it('should last through the reading of a body', async () => {
    const before = service.log().length;
    await fetch(`${service.url}/v1/books`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent },
      body: JSON.stringify({ title: 'a', pages: 1, tags: ['log'] }),
    });
    const line = service.log().slice(before);
    expect(line.find(({ msg }) => msg === 'adding')).toMatchObject({ trace_id: TRACE });
  });

  it('should mark a failure of the service, and none of the caller', async () => {
    service.shelf.fault = new Error('broken');
    await fetch(service.url + BOOK);
    service.shelf.fault = undefined;
    await fetch(`${service.url}/nowhere`);

    const seen = exporter.getFinishedSpans().map(({ name, status }) => [name, status.code]);
    expect(seen).toEqual([
      ['GET /v1/books/:id', SpanStatusCode.ERROR],
      ['GET', SpanStatusCode.UNSET],
    ]);
  });

  it.each(['/health/live', '/health/ready', '/metrics'])('should leave out %s', async (path) => {
    await fetch(service.url + path);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

describe('the environment', () => {
  it.each<[boolean, NodeJS.ProcessEnv]>([
    [false, {}],
    [false, { OTEL_SERVICE_NAME: 'shelf' }],
    [false, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }],
    [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }],
    [true, { OTEL_TRACES_EXPORTER: 'console' }],
    [false, { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1' }],
    [false, { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1' }],
  ])('should ask for spans: %s by %j', (isAsked, env) => {
    expect(isTracingAskedFor(env)).toBe(isAsked);
  });

  it('should have spans exported, at the latest when the service stops', async () => {
    await using collector = await collectSpans();
    await using service = new ShelfProcess({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '3600000',
    });
    await fetch(`${await service.url()}${BOOK}`, { headers: { traceparent } });
    service.signal('SIGTERM');

    expect(await service.exited()).toBe(0);
    const [{ resourceSpans: [exported] = [] } = {}] = collector.received;
    expect(exported?.resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'shelf' },
    });
    const spans = exported?.scopeSpans.flatMap((scope) => scope.spans);
    expect(spans).toMatchObject([{ name: 'GET /v1/books/:id', traceId: TRACE }]);
  });

  it('should not keep a service from stopping when the collector hangs', async () => {
    await using collector = await collectSpans({ answers: false });
    await using service = new ShelfProcess({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      SHUTDOWN_TIMEOUT: '5s',
    });
    await fetch(`${await service.url()}${BOOK}`);
    service.signal('SIGTERM');
    expect(await service.exited()).toBe(0);
    const said = service.log().map(({ msg }) => msg);
    expect(said).toContain('spans were not exported within 500 ms: the last of them are lost');
    expect(said.at(-1)).toBe('stopped');
  });

  it('should load no SDK where nothing asks for it', async () => {
    const loaded = 'data:text/javascript,' + encodeURIComponent(TELL_OF_SDK);
    const env = { NODE_OPTIONS: `--import ${loaded}` };
    await using quiet = new ShelfProcess(env);
    await quiet.url();
    await using asked = new ShelfProcess({ ...env, OTEL_TRACES_EXPORTER: 'console' });
    await asked.url();
    expect(quiet.stderr).not.toContain('sdk-node');
    expect(asked.stderr).toContain('sdk-node');
  });
});

/** Writes the name of every OpenTelemetry package that is looked up, but for its API. */
const TELL_OF_SDK = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    if (/^@opentelemetry.(?!api$)/.test(specifier)) process.stderr.write(specifier + '\\n');
    return next(specifier, context);
  },
});
`;

interface ExportedSpans {
  readonly resourceSpans?: {
    readonly resource: { readonly attributes: readonly unknown[] };
    readonly scopeSpans: readonly { readonly spans: readonly unknown[] }[];
  }[];
}

/** Something that takes spans over OTLP, as JSON. */
async function collectSpans({ answers = true } = {}) {
  const received: ExportedSpans[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    received.push((await json(request)) as ExportedSpans);
    response.setHeader('content-type', 'application/json').end('{}');
  };
  const server = createServer((request, response) => {
    if (answers) void take(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
