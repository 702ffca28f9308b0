import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { AuthorsModule } from '../authors/authors.module.js';
import { COMMENT, commentSchema } from '../comments/comment.schema.js';
import { LIKE, likeSchema } from '../likes/like.schema.js';
import { POST, postSchema } from '../posts/post.schema.js';
import { PostsModule } from '../posts/posts.module.js';
import { ActivityRemoval } from './activity-removal.js';
import { AuthorContent } from './author-content.js';
import { CommentRemoval } from './comment-removal.js';
import { ErasuresConsumer } from './erasures.consumer.js';
import { ErasuresService } from './erasures.service.js';
import { LikeRemoval } from './like-removal.js';
import { PostRemoval } from './post-removal.js';
import { ReactionsRemoval } from './reactions-removal.js';

/** Forgetting an account, with all that it wrote and did here. */
@Module({
  imports: [
    MongooseModule.forFeature([
      { name: POST, schema: postSchema },
      { name: COMMENT, schema: commentSchema },
      { name: LIKE, schema: likeSchema },
    ]),
    AuthorsModule,
    PostsModule,
  ],
  controllers: [ErasuresConsumer],
  providers: [
    ErasuresService,
    AuthorContent,
    PostRemoval,
    ReactionsRemoval,
    CommentRemoval,
    LikeRemoval,
    ActivityRemoval,
  ],
})
export class ErasuresModule {}
