import { Module } from '@nestjs/common';

import { Store } from '../store/store.js';
import { CountersConsumer } from './counters.consumer.js';
import { Counters } from './counters.js';

@Module({
  controllers: [CountersConsumer],
  providers: [
    {
      provide: Counters,
      inject: [Store],
      useFactory: ({ redis, options }: Store) => new Counters(redis, options),
    },
  ],
  exports: [Counters],
})
export class CountersModule {}
