import { Module } from '@nestjs/common';
import { MessagingConnections, MessagingModule, messagingMetrics } from '@trilith/messaging';
import { HealthRegistry, MessageContext, MetricsRegistry } from '@trilith/service';
import * as promClient from 'prom-client';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';

/** Where the events come from: this service publishes none of its own. */
@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [ANALYTICS_CONFIG, MessageContext, MetricsRegistry],
      useFactory: (
        { messaging: { url, prefix } }: AnalyticsConfig,
        context: MessageContext,
        registry: MetricsRegistry,
      ) => ({
        redis: { url },
        prefix,
        service: 'analytics',
        subscribeTo: ['users', 'content'],
        context,
        observer: messagingMetrics(promClient, registry),
      }),
    }),
  ],
})
export class MessagesModule {
  constructor(health: HealthRegistry, connections: MessagingConnections) {
    health.register('messages', async (signal) => {
      // At the start the connection may not be there yet.
      await connections.ready();
      await connections.ping(signal);
    });
  }
}
