import { Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { Returns } from '@trilith/service';

import { postId } from '../posts/dto/post-id.js';
import { likeResponse, type LikeResponse } from './dto/like.response.js';
import { LikesService } from './likes.service.js';

@ApiTags('likes')
@Controller('v1/posts/:postId/likes')
export class LikesController {
  constructor(private readonly likes: LikesService) {}

  /** Likes a published post. A person likes a post once: again changes nothing. */
  @Post()
  @Authenticated()
  @Returns(likeResponse)
  async like(
    @Param('postId', { schema: postId }) id: string,
    @Caller() { accountId }: Caller,
  ): Promise<LikeResponse> {
    return this.likes.like({ postId: id, accountId });
  }
}
