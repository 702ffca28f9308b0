import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';
import { z } from 'zod';

import {
  type PostLeaderboardQuery,
  type RankedPost,
  type RankedPosts,
  postLeaderboardQuery,
  rankedPost,
  rankedPosts,
} from './dto/ranked-posts.dto.js';
import { LeaderboardsService } from './leaderboards.service.js';

@ApiTags('leaderboards')
@Controller('v1/leaderboards')
export class LeaderboardsController {
  constructor(private readonly leaderboards: LeaderboardsService) {}

  @Get('posts')
  @ApiOperation({
    summary: 'Posts by the attention they got',
    description: 'A view earns a post 1 point, a like 3, a comment 5.',
  })
  @Returns(rankedPosts)
  posts(
    @Query({ schema: postLeaderboardQuery }) query: PostLeaderboardQuery,
  ): Promise<RankedPosts> {
    return this.leaderboards.posts(query);
  }

  @Get('posts/:postId')
  @ApiOperation({
    summary: 'One post’s place among them',
    description: 'Refused with `post_not_ranked` (404).',
  })
  @Returns(rankedPost)
  post(@Param('postId', { schema: z.uuid().toLowerCase() }) postId: string): Promise<RankedPost> {
    return this.leaderboards.post(postId);
  }
}
