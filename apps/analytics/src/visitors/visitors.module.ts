import { Module } from '@nestjs/common';

import { CountersModule } from '../counters/counters.module.js';
import { Store } from '../store/store.js';
import { UniqueVisitors } from './unique-visitors.js';
import { VisitorsController } from './visitors.controller.js';
import { VisitorsService } from './visitors.service.js';

@Module({
  imports: [CountersModule],
  controllers: [VisitorsController],
  providers: [
    VisitorsService,
    {
      provide: UniqueVisitors,
      inject: [Store],
      useFactory: ({ redis, options }: Store) => new UniqueVisitors(redis, options),
    },
  ],
  exports: [UniqueVisitors],
})
export class VisitorsModule {}
