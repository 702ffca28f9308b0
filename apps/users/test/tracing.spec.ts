import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { eventually } from '@trilith/testing';

import { startNeighbour } from './neighbour.js';
import { newPerson, openStores, startUsers, type Stores } from './users-app.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

describe('a trace', () => {
  const exporter = new InMemorySpanExporter();
  let stores: Stores;
  let app: NestFastifyApplication;
  let neighbour: Awaited<ReturnType<typeof startNeighbour>>;

  beforeAll(async () => {
    const spanProcessors = [new SimpleSpanProcessor({ exporter })];
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    stores = await openStores();
    neighbour = await startNeighbour(stores);
    app = await startUsers(stores);
    await app.startAllMicroservices();
  });

  afterAll(async () => {
    await app?.close();
    await neighbour?.close();
    await stores?.close();
    trace.disable();
    context.disable();
    propagation.disable();
  });

  const spanNamed = (name: string): ReadableSpan => {
    const span = exporter.getFinishedSpans().find((each) => each.name === name);
    if (span === undefined) throw new Error(`There is no span ${name} yet`);
    return span;
  };

  it('goes from a request through the outbox and its relay to another service’s handler', async () => {
    const { headers } = await app.inject({
      method: 'POST',
      url: '/v1/accounts',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${TRACE}-${CALLER}-01`,
      },
      payload: JSON.stringify(newPerson()),
    });
    await eventually(() => spanNamed('process accounts.created'));

    const request = spanNamed('POST /v1/accounts');
    const created = spanNamed('create accounts.created');
    const handled = spanNamed('process accounts.created');
    const parents = [request, created, handled].map(({ parentSpanContext }) => parentSpanContext);
    expect(parents.map((parent) => parent?.traceId)).toEqual([TRACE, TRACE, TRACE]);
    expect(parents.map((parent) => parent?.spanId)).toEqual([
      CALLER,
      request.spanContext().spanId,
      created.spanContext().spanId,
    ]);
    // The relay sends many events at once, the mail's among them: its span is linked to each.
    const links = exporter
      .getFinishedSpans()
      .filter(({ name }) => name.startsWith('send'))
      .flatMap((span) => span.links);
    expect(links.map((link) => link.context.spanId)).toContain(created.spanContext().spanId);
    const correlationId = headers['x-correlation-id'];
    expect(handled.attributes['messaging.message.conversation_id']).toBe(correlationId);
    expect(request.attributes['correlation_id']).toBe(correlationId);
  });
});
