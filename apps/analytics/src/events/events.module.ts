import { Module } from '@nestjs/common';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';
import { LiveModule } from '../live/live.module.js';
import { LiveTally } from '../live/live-tally.js';
import { Store } from '../store/store.js';
import { EventRecorder } from './event-recorder.js';
import { EventTypes } from './event-types.js';
import { PlatformEventsConsumer } from './platform-events.consumer.js';

/** Writes events into the figures that are made of them. */
@Module({
  imports: [LiveModule],
  controllers: [PlatformEventsConsumer],
  providers: [
    EventTypes,
    {
      provide: EventRecorder,
      inject: [Store, ANALYTICS_CONFIG, LiveTally],
      useFactory: ({ redis, options }: Store, { events }: AnalyticsConfig, tally: LiveTally) =>
        new EventRecorder(redis, {
          ...options,
          maxPages: events.maxPages,
          onCounted: (counted) => tally.add(counted),
        }),
    },
  ],
  exports: [EventRecorder, EventTypes],
})
export class EventsModule {}
