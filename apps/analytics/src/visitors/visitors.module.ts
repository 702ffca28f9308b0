import { Module } from '@nestjs/common';

import { Store } from '../store/store.js';
import { UniqueVisitors } from './unique-visitors.js';
import { VisitorsConsumer } from './visitors.consumer.js';

@Module({
  controllers: [VisitorsConsumer],
  providers: [
    {
      provide: UniqueVisitors,
      inject: [Store],
      useFactory: ({ redis, options }: Store) => new UniqueVisitors(redis, options),
    },
  ],
  exports: [UniqueVisitors],
})
export class VisitorsModule {}
