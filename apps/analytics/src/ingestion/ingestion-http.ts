import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';
import { BackPressure } from './back-pressure.js';
import { EventLines } from './event-lines.js';

const PATH = '/v1/events';

/** What the HTTP server needs for events beside their route: batches, back-pressure, and CORS. */
@Injectable()
export class IngestionHttp implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
    private readonly pressure: BackPressure,
    @Inject(ANALYTICS_CONFIG) private readonly config: AnalyticsConfig,
  ) {}

  onModuleInit(): void {
    const adapter = this.adapterHost.httpAdapter;
    const fastify = adapter.getInstance();
    fastify.addContentTypeParser(
      ['application/x-ndjson', 'application/ndjson', 'text/plain'],
      { parseAs: 'buffer' },
      (_request, body, done) => done(null, new EventLines(Buffer.from(body))),
    );
    fastify.addHook('onRequest', (request, reply, done) => {
      if (request.method === 'POST' && request.routeOptions.url === PATH) {
        this.pressure.admit(request, reply);
      }
      done();
    });
    this.allowBrowsers(adapter);
  }

  /** Pages of these origins may send events and read figures; nobody's cookies are involved. */
  private allowBrowsers(adapter: FastifyAdapter): void {
    const { origins } = this.config.events;
    if (origins.length === 0) return;
    adapter.enableCors({
      origin: origins.includes('*') ? '*' : [...origins],
      methods: ['GET', 'POST'],
      allowedHeaders: ['content-type', 'x-write-key', 'x-correlation-id', 'last-event-id'],
      exposedHeaders: ['retry-after', 'ratelimit', 'ratelimit-policy', 'x-correlation-id'],
      maxAge: 86_400,
    });
  }
}
