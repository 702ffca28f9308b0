import { Module } from '@nestjs/common';
import { MetricsRegistry } from '@trilith/service';
import { Gauge } from 'prom-client';

import { Store } from '../store/store.js';
import { LiveController } from './live.controller.js';
import { LiveFeed } from './live-feed.js';
import { LiveLog } from './live-log.js';
import { LiveTally } from './live-tally.js';

/** Figures as they change. */
@Module({
  controllers: [LiveController],
  providers: [
    LiveFeed,
    LiveTally,
    {
      provide: LiveLog,
      inject: [Store],
      useFactory: ({ redis, options }: Store) => new LiveLog(redis, options),
    },
  ],
  exports: [LiveTally],
})
export class LiveModule {
  constructor(feed: LiveFeed, registry: MetricsRegistry) {
    const gauge: Gauge = new Gauge({
      name: 'live_readers',
      help: 'Who read along at /v1/live in this process.',
      registers: [],
      collect: () => gauge.set(feed.readerCount),
    });
    registry.registerMetric(gauge);
  }
}
