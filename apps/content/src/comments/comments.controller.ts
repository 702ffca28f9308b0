import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller, OptionallyAuthenticated } from '@trilith/auth';
import type { Page } from '@trilith/pagination';
import { Returns } from '@trilith/service';

import { RefusesLocked } from '../authors/unlocked-author.guard.js';
import { LimitsWriting } from '../limits/writing-limits.js';
import { pageQuery, pageResponse, type PageQuery } from '../paging/page.js';
import { postId } from '../posts/dto/post-id.js';
import { PostPages } from '../posts/post-pages.js';
import { CommentsService } from './comments.service.js';
import { commentResponse, type CommentResponse } from './dto/comment.response.js';
import { createCommentRequest, type CreateCommentRequest } from './dto/create-comment.request.js';

@ApiTags('comments')
@Controller('v1/posts/:postId/comments')
export class CommentsController {
  constructor(
    private readonly comments: CommentsService,
    private readonly pages: PostPages,
  ) {}

  @Post()
  @LimitsWriting('comments')
  @RefusesLocked()
  @Authenticated()
  @ApiOperation({
    summary: 'Comment on a published post',
    description:
      'Refused with `post_not_found` (404) or, for the own post while it is not published, ' +
      '`post_state` (409).',
  })
  @Returns(commentResponse, { status: 201 })
  async write(
    @Param('postId', { schema: postId }) id: string,
    @Caller() { accountId }: Caller,
    @Body({ schema: createCommentRequest }) { text }: CreateCommentRequest,
  ): Promise<CommentResponse> {
    const comment = await this.comments.write({ postId: id, authorId: accountId, text });
    // Committed: what is read from now on shows it.
    await this.pages.changed(id);
    return comment;
  }

  @Get()
  @OptionallyAuthenticated()
  @ApiOperation({
    summary: 'The comments on a post, newest first',
    description: 'Refused with `post_not_found` (404) or `cursor_invalid` (400).',
  })
  @Returns(pageResponse(commentResponse).meta({ id: 'CommentPage' }))
  async list(
    @Param('postId', { schema: postId }) id: string,
    @Caller() caller: Caller | undefined,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<CommentResponse>> {
    return this.comments.list({ postId: id, accountId: caller?.accountId }, query);
  }
}
