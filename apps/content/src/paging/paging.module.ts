import { Module } from '@nestjs/common';
import { CursorCodec } from '@trilith/pagination';

import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';
import { Pages } from './pages.js';

/** Lists that are read page by page with signed cursors. */
@Module({
  providers: [
    {
      provide: CursorCodec,
      inject: [CONTENT_CONFIG],
      useFactory: ({ cursorSecret }: ContentConfig) => new CursorCodec({ secret: cursorSecret }),
    },
    Pages,
  ],
  exports: [Pages],
})
export class PagingModule {}
