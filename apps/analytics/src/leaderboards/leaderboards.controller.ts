import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';
import { z } from 'zod';

import {
  type LeaderboardQuery,
  type NeighboursQuery,
  type PlaceQuery,
  type RankedAuthor,
  type RankedAuthors,
  type RankedPost,
  type RankedPosts,
  leaderboardQuery,
  neighboursQuery,
  placeQuery,
  rankedAuthor,
  rankedAuthors,
  rankedPost,
  rankedPosts,
} from './dto/ranked.dto.js';
import { LeaderboardsService } from './leaderboards.service.js';

const id = z.uuid().toLowerCase();

@ApiTags('leaderboards')
@Controller('v1/leaderboards')
export class LeaderboardsController {
  constructor(private readonly leaderboards: LeaderboardsService) {}

  @Get('posts')
  @ApiOperation({
    summary: 'Posts by the attention they got',
    description:
      'A view earns a post 1 point, a like 3, a comment 5. Of equals the first is ahead.',
  })
  @Returns(rankedPosts)
  async posts(@Query({ schema: leaderboardQuery }) query: LeaderboardQuery): Promise<RankedPosts> {
    return this.leaderboards.posts(query);
  }

  @Get('posts/:postId')
  @ApiOperation({
    summary: 'One post’s place among them',
    description: 'Refused with `post_not_ranked` (404).',
  })
  @Returns(rankedPost)
  async post(
    @Param('postId', { schema: id }) postId: string,
    @Query({ schema: placeQuery }) query: PlaceQuery,
  ): Promise<RankedPost> {
    return this.leaderboards.post(postId, query);
  }

  @Get('posts/:postId/neighbours')
  @ApiOperation({
    summary: 'A post and those ahead of it and behind',
    description: 'Refused with `post_not_ranked` (404).',
  })
  @Returns(rankedPosts)
  async aroundPost(
    @Param('postId', { schema: id }) postId: string,
    @Query({ schema: neighboursQuery }) query: NeighboursQuery,
  ): Promise<RankedPosts> {
    return this.leaderboards.aroundPost(postId, query);
  }

  @Get('authors')
  @ApiOperation({
    summary: 'Authors by the attention that their posts got',
    description: 'A view earns 1 point, a like 3, a comment 5. Of equals the first is ahead.',
  })
  @Returns(rankedAuthors)
  async authors(
    @Query({ schema: leaderboardQuery }) query: LeaderboardQuery,
  ): Promise<RankedAuthors> {
    return this.leaderboards.authors(query);
  }

  @Get('authors/:accountId')
  @ApiOperation({
    summary: 'One author’s place among them',
    description: 'Refused with `author_not_ranked` (404).',
  })
  @Returns(rankedAuthor)
  async author(
    @Param('accountId', { schema: id }) accountId: string,
    @Query({ schema: placeQuery }) query: PlaceQuery,
  ): Promise<RankedAuthor> {
    return this.leaderboards.author(accountId, query);
  }

  @Get('authors/:accountId/neighbours')
  @ApiOperation({
    summary: 'An author and those ahead and behind',
    description: 'Refused with `author_not_ranked` (404).',
  })
  @Returns(rankedAuthors)
  async aroundAuthor(
    @Param('accountId', { schema: id }) accountId: string,
    @Query({ schema: neighboursQuery }) query: NeighboursQuery,
  ): Promise<RankedAuthors> {
    return this.leaderboards.aroundAuthor(accountId, query);
  }
}
