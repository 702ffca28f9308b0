import { Module } from '@nestjs/common';
import { MessagingConnections, MessagingModule } from '@trilith/messaging';
import { HealthRegistry, MessageContext } from '@trilith/service';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';

/** Where the events come from: this service publishes none of its own. */
@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [ANALYTICS_CONFIG, MessageContext],
      useFactory: ({ messaging: { url, prefix } }: AnalyticsConfig, context: MessageContext) => ({
        redis: { url },
        prefix,
        service: 'analytics',
        subscribeTo: ['users', 'content'],
        context,
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
