import { Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { Returns } from '@trilith/service';

import { RefusesLocked } from '../authors/unlocked-author.guard.js';
import { LimitsWriting } from '../limits/writing-limits.js';
import { postId } from '../posts/dto/post-id.js';
import { likeResponse, type LikeResponse } from './dto/like.response.js';
import { LikesService } from './likes.service.js';

@ApiTags('likes')
@Controller('v1/posts/:postId/likes')
export class LikesController {
  constructor(private readonly likes: LikesService) {}

  @Post()
  @LimitsWriting('likes')
  @RefusesLocked()
  @Authenticated()
  @ApiOperation({
    summary: 'Like a published post',
    description:
      'A person likes a post once: again changes nothing. Refused with `post_not_found` (404) or, ' +
      'for the own post while it is not published, `post_state` (409).',
  })
  @Returns(likeResponse)
  async like(
    @Param('postId', { schema: postId }) id: string,
    @Caller() { accountId }: Caller,
  ): Promise<LikeResponse> {
    return this.likes.like({ postId: id, accountId });
  }
}
