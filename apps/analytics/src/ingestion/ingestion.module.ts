import { Module } from '@nestjs/common';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';
import { EventsModule } from '../events/events.module.js';
import { Store } from '../store/store.js';
import { BackPressure } from './back-pressure.js';
import { IngestionHttp } from './ingestion-http.js';
import { IngestionController } from './ingestion.controller.js';
import { IngestionService } from './ingestion.service.js';
import { StoreMemory } from './store-memory.js';
import { WriteKeyGuard } from './write-key.guard.js';

/** Events from browsers. */
@Module({
  imports: [EventsModule],
  controllers: [IngestionController],
  providers: [
    IngestionService,
    IngestionHttp,
    WriteKeyGuard,
    {
      provide: BackPressure,
      inject: [ANALYTICS_CONFIG, Store],
      useFactory: ({ events }: AnalyticsConfig, { redis }: Store) =>
        new BackPressure(events.mostBytes, new StoreMemory(redis)),
    },
  ],
})
export class IngestionModule {}
