import { type DynamicModule, Module } from '@nestjs/common';
import { MessagingModule } from '@trilith/messaging';
import { MessageContext } from '@trilith/service';

import type { AnalyticsConfig } from './analytics.config.js';
import { CountersModule } from './counters/counters.module.js';
import { LeaderboardsModule } from './leaderboards/leaderboards.module.js';
import { OverviewModule } from './overview/overview.module.js';
import { StoreModule } from './store/store.module.js';
import { VisitorsModule } from './visitors/visitors.module.js';

/** The analytics service: figures kept by the events of users and content. */
@Module({})
export class AppModule {
  static forRoot(config: AnalyticsConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRootAsync({
          inject: [MessageContext],
          useFactory: (context: MessageContext) => ({
            redis: { url: config.messaging.url },
            service: 'analytics',
            prefix: config.messaging.prefix,
            subscribeTo: ['users', 'content'],
            context,
          }),
        }),
        StoreModule.forRoot(config),
        CountersModule,
        VisitorsModule,
        LeaderboardsModule,
        OverviewModule,
      ],
    };
  }
}
