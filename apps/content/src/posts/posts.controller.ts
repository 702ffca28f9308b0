import { Body, Controller, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller, OptionallyAuthenticated } from '@trilith/auth';
import type { Page } from '@trilith/pagination';
import { ClientAddress, Returns } from '@trilith/service';
import type { FastifyReply } from 'fastify';

import { RefusesLocked } from '../authors/unlocked-author.guard.js';
import { LimitsWriting } from '../limits/writing-limits.js';
import { pageResponse } from '../paging/page.js';
import { createPostRequest, type CreatePostRequest } from './dto/create-post.request.js';
import { listPostsQuery, type ListPostsQuery } from './dto/list-posts.query.js';
import { postId } from './dto/post-id.js';
import {
  postResponse,
  postSummaryResponse,
  type PostResponse,
  type PostSummaryResponse,
} from './dto/post.response.js';
import { PostReadingsService } from './post-readings.service.js';
import { PostsService } from './posts.service.js';

@ApiTags('posts')
@Controller('v1/posts')
export class PostsController {
  constructor(
    private readonly posts: PostsService,
    private readonly readings: PostReadingsService,
  ) {}

  @Post()
  @LimitsWriting('posts')
  @RefusesLocked()
  @Authenticated()
  @ApiOperation({ summary: 'Write a draft', description: 'Nobody but its author can see it.' })
  @Returns(postResponse, { status: 201 })
  async create(
    @Caller() { accountId }: Caller,
    @Body({ schema: createPostRequest }) request: CreatePostRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    const post = await this.posts.create(accountId, request);
    reply.header('location', `/v1/posts/${post.id}`);
    return post;
  }

  @Post(':postId/publish')
  @RefusesLocked()
  @Authenticated()
  @ApiOperation({
    summary: 'Publish the own draft',
    description:
      'Doing so again changes nothing. Refused with `post_not_found` (404), `not_the_author` (403) ' +
      'or, for an archived post, `post_state` (409).',
  })
  @Returns(postResponse)
  async publish(
    @Param('postId', { schema: postId }) id: string,
    @Caller() { accountId }: Caller,
  ): Promise<PostResponse> {
    return this.posts.publish(id, accountId);
  }

  @Get(':postId')
  @OptionallyAuthenticated()
  @ApiOperation({
    summary: 'Read a post',
    description:
      'A published post, whose view is counted, or the own draft. Refused with `post_not_found` (404).',
  })
  @Returns(postResponse)
  async read(
    @Param('postId', { schema: postId }) id: string,
    @Caller() caller: Caller | undefined,
    @ClientAddress() ip: string,
    @Headers('user-agent') userAgent: string | undefined,
  ): Promise<PostResponse> {
    return this.readings.read(id, { accountId: caller?.accountId, ip, userAgent });
  }

  @Get()
  @ApiOperation({
    summary: 'The published posts, newest first',
    description: 'All, or those of an author or with a tag. Refused with `cursor_invalid` (400).',
  })
  @Returns(pageResponse(postSummaryResponse).meta({ id: 'PostPage' }))
  async list(
    @Query({ schema: listPostsQuery }) query: ListPostsQuery,
  ): Promise<Page<PostSummaryResponse>> {
    return this.readings.list(query);
  }
}
