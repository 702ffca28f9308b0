import { Body, Controller, Get, Headers, Ip, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller, OptionallyAuthenticated } from '@trilith/auth';
import type { Page } from '@trilith/pagination';
import { Returns } from '@trilith/service';

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
import { PostsService } from './posts.service.js';

@ApiTags('posts')
@Controller('v1/posts')
export class PostsController {
  constructor(private readonly posts: PostsService) {}

  /** Keeps a new draft, which only its author can see. */
  @Post()
  @Authenticated()
  @Returns(postResponse, { status: 201 })
  async create(
    @Caller() { accountId }: Caller,
    @Body({ schema: createPostRequest }) request: CreatePostRequest,
  ): Promise<PostResponse> {
    return this.posts.create(accountId, request);
  }

  /** Publishes the caller's own draft. Again changes nothing. */
  @Post(':postId/publish')
  @Authenticated()
  @Returns(postResponse)
  async publish(
    @Param('postId', { schema: postId }) id: string,
    @Caller() { accountId }: Caller,
  ): Promise<PostResponse> {
    return this.posts.publish(id, accountId);
  }

  /** Reads a post: a published one, or the caller's own. */
  @Get(':postId')
  @OptionallyAuthenticated()
  @Returns(postResponse)
  async read(
    @Param('postId', { schema: postId }) id: string,
    @Caller() caller: Caller | undefined,
    @Ip() ip: string,
    @Headers('user-agent') userAgent: string | undefined,
  ): Promise<PostResponse> {
    return this.posts.read(id, { accountId: caller?.accountId, ip, userAgent });
  }

  /** The published posts, newest first: all, or those of an author or with a tag. */
  @Get()
  @Returns(pageResponse(postSummaryResponse).meta({ id: 'PostPage' }))
  async list(
    @Query({ schema: listPostsQuery }) query: ListPostsQuery,
  ): Promise<Page<PostSummaryResponse>> {
    return this.posts.list(query);
  }
}
