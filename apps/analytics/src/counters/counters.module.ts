import { Module } from '@nestjs/common';

import { Store } from '../store/store.js';
import { EventCounters } from './event-counters.js';
import { SeriesController } from './series.controller.js';
import { SeriesService } from './series.service.js';

@Module({
  controllers: [SeriesController],
  providers: [
    SeriesService,
    {
      provide: EventCounters,
      inject: [Store],
      useFactory: ({ redis, options }: Store) => new EventCounters(redis, options),
    },
  ],
  exports: [EventCounters],
})
export class CountersModule {}
