import { Module } from '@nestjs/common';
import { Pager } from '@trilith/pagination';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';

/** Lists that are read page by page with signed cursors. */
@Module({
  providers: [
    {
      provide: Pager,
      inject: [USERS_CONFIG],
      useFactory: ({ cursorSecret }: UsersConfig) => new Pager({ secrets: [cursorSecret] }),
    },
  ],
  exports: [Pager],
})
export class PagingModule {}
