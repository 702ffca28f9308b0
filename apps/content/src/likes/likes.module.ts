import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

import { AuthorsModule } from '../authors/authors.module.js';
import { PostsModule } from '../posts/posts.module.js';
import { LIKE, likeSchema } from './like.schema.js';
import { LikesController } from './likes.controller.js';
import { LikesRepository } from './likes.repository.js';
import { LikesService } from './likes.service.js';

/** Likes of posts. */
@Module({
  imports: [
    MongooseModule.forFeature([{ name: LIKE, schema: likeSchema }]),
    AuthorsModule,
    PostsModule,
  ],
  controllers: [LikesController],
  providers: [LikesRepository, LikesService],
})
export class LikesModule {}
