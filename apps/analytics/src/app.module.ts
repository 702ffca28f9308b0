import { type DynamicModule, Global, Module } from '@nestjs/common';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from './analytics.config.js';
import { ActiveModule } from './active/active.module.js';
import { reportsCache } from './cache/reports-cache.js';
import { CountersModule } from './counters/counters.module.js';
import { ErasuresModule } from './erasures/erasures.module.js';
import { EventsModule } from './events/events.module.js';
import { IngestionModule } from './ingestion/ingestion.module.js';
import { LeaderboardsModule } from './leaderboards/leaderboards.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { OverviewModule } from './overview/overview.module.js';
import { StoreModule } from './store/store.module.js';
import { TopModule } from './top/top.module.js';
import { VisitorsModule } from './visitors/visitors.module.js';

/** The whole service, for one configuration: figures kept by the events of users, content and pages. */
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
        EventsModule,
        IngestionModule,
        CountersModule,
        VisitorsModule,
        ActiveModule,
        TopModule,
        LeaderboardsModule,
        OverviewModule,
        ErasuresModule,
      ],
      providers: [{ provide: ANALYTICS_CONFIG, useValue: config }],
      exports: [ANALYTICS_CONFIG],
    };
  }
}
