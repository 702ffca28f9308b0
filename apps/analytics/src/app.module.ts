import { type DynamicModule, Global, Module } from '@nestjs/common';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from './analytics.config.js';
import { reportsCache } from './cache/reports-cache.js';
import { CountersModule } from './counters/counters.module.js';
import { LeaderboardsModule } from './leaderboards/leaderboards.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { OverviewModule } from './overview/overview.module.js';
import { StoreModule } from './store/store.module.js';
import { VisitorsModule } from './visitors/visitors.module.js';

/** The whole service, for one configuration: figures kept by the events of users and content. */
@Global()
@Module({})
export class AppModule {
  static forRoot(config: AnalyticsConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        StoreModule,
        reportsCache,
        MessagesModule,
        CountersModule,
        VisitorsModule,
        LeaderboardsModule,
        OverviewModule,
      ],
      providers: [{ provide: ANALYTICS_CONFIG, useValue: config }],
      exports: [ANALYTICS_CONFIG],
    };
  }
}
