import { Module } from '@nestjs/common';

import { Store } from '../store/store.js';
import { TopItems } from './top-items.js';
import { TopController } from './top.controller.js';
import { TopService } from './top.service.js';

@Module({
  controllers: [TopController],
  providers: [
    TopService,
    {
      provide: TopItems,
      inject: [Store],
      useFactory: ({ redis, options }: Store) => new TopItems(redis, options),
    },
  ],
})
export class TopModule {}
