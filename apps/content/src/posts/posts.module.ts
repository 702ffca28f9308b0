import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { AuthorsModule } from '../authors/authors.module.js';
import { PagingModule } from '../paging/paging.module.js';
import { POST, postSchema } from './post.schema.js';
import { PostPages } from './post-pages.js';
import { PostReadingsService } from './post-readings.service.js';
import { PostViewsConsumer } from './post-views.consumer.js';
import { PostViewCounter } from './post-view-counter.js';
import { PostViews } from './post-views.js';
import { PostsController } from './posts.controller.js';
import { PostsRepository } from './posts.repository.js';
import { PostsService } from './posts.service.js';
import { VisitorIds } from './visitor-ids.js';

/** Posts and their views. */
@Module({
  imports: [
    MongooseModule.forFeature([{ name: POST, schema: postSchema }]),
    AuthorsModule,
    PagingModule,
  ],
  controllers: [PostsController, PostViewsConsumer],
  providers: [
    PostsRepository,
    PostsService,
    PostReadingsService,
    PostPages,
    PostViews,
    PostViewCounter,
    VisitorIds,
  ],
  exports: [PostsRepository, PostPages],
})
export class PostsModule {}
