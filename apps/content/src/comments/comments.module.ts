import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { AuthorsModule } from '../authors/authors.module.js';
import { PagingModule } from '../paging/paging.module.js';
import { PostsModule } from '../posts/posts.module.js';
import { COMMENT, commentSchema } from './comment.schema.js';
import { CommentsController } from './comments.controller.js';
import { CommentsRepository } from './comments.repository.js';
import { CommentsService } from './comments.service.js';

/** Comments on posts. */
@Module({
  imports: [
    MongooseModule.forFeature([{ name: COMMENT, schema: commentSchema }]),
    AuthorsModule,
    PagingModule,
    PostsModule,
  ],
  controllers: [CommentsController],
  providers: [CommentsRepository, CommentsService],
})
export class CommentsModule {}
