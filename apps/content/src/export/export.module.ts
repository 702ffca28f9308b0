import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { COMMENT, commentSchema } from '../comments/comment.schema.js';
import { LIKE, likeSchema } from '../likes/like.schema.js';
import { POST, postSchema } from '../posts/post.schema.js';
import { ExportConsumer } from './export.consumer.js';
import { ExportRepository } from './export.repository.js';

/** What a person takes away. */
@Module({
  imports: [
    MongooseModule.forFeature([
      { name: POST, schema: postSchema },
      { name: COMMENT, schema: commentSchema },
      { name: LIKE, schema: likeSchema },
    ]),
  ],
  controllers: [ExportConsumer],
  providers: [ExportRepository],
})
export class ExportModule {}
