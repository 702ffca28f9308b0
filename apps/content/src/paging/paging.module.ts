import { Module } from '@nestjs/common';
import { Pager } from '@trilith/pagination';

import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';
import { Pages } from './pages.js';

/** Lists that are read page by page with signed cursors. */
@Module({
  providers: [
    {
      provide: Pager,
      inject: [CONTENT_CONFIG],
      useFactory: ({ cursorSecret }: ContentConfig) => new Pager({ secrets: [cursorSecret] }),
    },
    Pages,
  ],
  exports: [Pages],
})
export class PagingModule {}
