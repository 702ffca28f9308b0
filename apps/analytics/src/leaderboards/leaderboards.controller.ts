import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';

import {
  type PostLeaderboardQuery,
  type RankedPosts,
  postLeaderboardQuery,
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
}
