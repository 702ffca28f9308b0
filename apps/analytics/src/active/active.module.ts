import { Module } from '@nestjs/common';

import { Store } from '../store/store.js';
import { ActiveVisitors } from './active-visitors.js';
import { ActiveController } from './active.controller.js';
import { ActiveService } from './active.service.js';

@Module({
  controllers: [ActiveController],
  providers: [
    ActiveService,
    {
      provide: ActiveVisitors,
      inject: [Store],
      useFactory: ({ redis, options }: Store) => new ActiveVisitors(redis, options),
    },
  ],
  exports: [ActiveService],
})
export class ActiveModule {}
