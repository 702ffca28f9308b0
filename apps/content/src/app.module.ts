import { Global, Module, type DynamicModule } from '@nestjs/common';
import { AuthModule, remoteKeys } from '@trilith/auth';

import { contentCache } from './cache/content-cache.js';
import { CommentsModule } from './comments/comments.module.js';
import { CONTENT_CONFIG, type ContentConfig } from './content.config.js';
import { DatabaseModule } from './database/database.module.js';
import { ErasuresModule } from './erasures/erasures.module.js';
import { ExportModule } from './export/export.module.js';
import { LikesModule } from './likes/likes.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { PostsModule } from './posts/posts.module.js';

/** The whole service, for one configuration. */
@Global()
@Module({})
export class AppModule {
  static with(config: ContentConfig): DynamicModule {
    const { jwksUrl, ...tokens } = config.tokens;
    return {
      module: AppModule,
      imports: [
        AuthModule.forRoot({ ...tokens, keys: remoteKeys(jwksUrl) }),
        DatabaseModule,
        contentCache,
        MessagesModule,
        PostsModule,
        CommentsModule,
        LikesModule,
        ErasuresModule,
        ExportModule,
      ],
      providers: [{ provide: CONTENT_CONFIG, useValue: config }],
      exports: [CONTENT_CONFIG],
    };
  }
}
