import { Injectable } from '@nestjs/common';
import { commentCreated } from '@trilith/contracts';
import type { Outbox } from '@trilith/messaging';
import type { Page } from '@trilith/pagination';
import { v7 as uuidv7 } from 'uuid';

import { AuthorsService } from '../authors/authors.service.js';
import { Transactions } from '../database/transactions.js';
import type { PageQuery } from '../paging/page.js';
import { openToReactions, readable } from '../posts/post.rules.js';
import { PostsRepository, type PostHead } from '../posts/posts.repository.js';
import type { Comment } from './comment.schema.js';
import { CommentsRepository } from './comments.repository.js';
import { toCommentResponse, type CommentResponse } from './dto/comment.response.js';

/** What a person writes under a post. */
export interface NewComment {
  readonly postId: string;
  readonly authorId: string;
  readonly text: string;
}

/** Comments on posts. */
@Injectable()
export class CommentsService {
  constructor(
    private readonly comments: CommentsRepository,
    private readonly posts: PostsRepository,
    private readonly authors: AuthorsService,
    private readonly transactions: Transactions,
  ) {}

  /** @throws {PostNotFoundError | PostStateError} */
  async write({ postId, authorId, text }: NewComment): Promise<CommentResponse> {
    const comment = { _id: uuidv7(), postId, authorId, text, createdAt: new Date() };
    await this.transactions.run(async (outbox) => this.store(comment, outbox), {
      contendedOn: postId,
    });
    return toCommentResponse(comment, await this.authors.find([authorId]));
  }

  /**
   * A page of a post's comments, newest first, for whoever may read the post.
   * @throws {PostNotFoundError | InvalidCursorError}
   */
  async list(
    { postId, accountId }: { postId: string; accountId: string | undefined },
    query: PageQuery,
  ): Promise<Page<CommentResponse>> {
    readable({ postId, accountId, post: await this.posts.findHead(postId) });
    const page = await this.comments.findOfPost(postId, query);
    const authors = await this.authors.find(page.items.map(({ authorId }) => authorId));
    return { ...page, items: page.items.map((comment) => toCommentResponse(comment, authors)) };
  }

  private async store(comment: Comment, outbox: Outbox): Promise<void> {
    const { _id: commentId, postId, authorId, text, createdAt } = comment;
    const found = await this.posts.findHead(postId);
    const post = openToReactions({ postId, accountId: authorId, post: found });
    await this.comments.insert(comment);
    await this.posts.addComment(postId, { commentId, authorId, text, createdAt });
    await outbox.add(toEvent(comment, post));
  }
}

function toEvent({ _id, postId, authorId, createdAt }: Comment, post: PostHead) {
  const payload = {
    commentId: _id,
    postId,
    postAuthorId: post.authorId,
    authorId,
    createdAt: createdAt.toISOString(),
  };
  return { topic: commentCreated, key: postId, payload };
}
