import { Injectable } from '@nestjs/common';
import { postPublished } from '@trilith/contracts';
import type { Outbox } from '@trilith/messaging';
import { v7 as uuidv7 } from 'uuid';

import { AuthorsService } from '../authors/authors.service.js';
import { Transactions } from '../database/transactions.js';
import type { CreatePostRequest } from './dto/create-post.request.js';
import type { PostResponse } from './dto/post.response.js';
import { publishable } from './post.rules.js';
import type { Post } from './post.schema.js';
import { PostPages } from './post-pages.js';
import { withAuthors } from './post-with-authors.js';
import { PostsRepository } from './posts.repository.js';

/** Writing and publishing posts. */
@Injectable()
export class PostsService {
  constructor(
    private readonly posts: PostsRepository,
    private readonly authors: AuthorsService,
    private readonly pages: PostPages,
    private readonly transactions: Transactions,
  ) {}

  /** Keeps a new draft, which nobody but its author can see. */
  async create(authorId: string, request: CreatePostRequest): Promise<PostResponse> {
    const now = new Date();
    const post: Post = {
      _id: uuidv7(),
      authorId,
      ...request,
      status: 'draft',
      metadata: { viewCount: 0, likeCount: 0, commentCount: 0 },
      recentComments: [],
      publishedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    await this.posts.insert(post);
    return withAuthors(post, this.authors);
  }

  /**
   * Publishes the caller's own draft. Doing so again changes nothing and is answered the same.
   * @throws {PostNotFoundError | NotTheAuthorError | PostStateError}
   */
  async publish(postId: string, accountId: string): Promise<PostResponse> {
    const post = await this.transactions.run(async (outbox) => {
      const found = publishable({ postId, accountId, post: await this.posts.find(postId) });
      return found.status === 'published' ? found : this.publishDraft(found, outbox);
    });
    await this.pages.published(postId);
    return withAuthors(post, this.authors);
  }

  private async publishDraft(draft: Post, outbox: Outbox): Promise<Post> {
    const publishedAt = new Date();
    const { _id: postId, authorId, title, tags } = draft;
    await this.posts.publish(postId, publishedAt);
    await outbox.add({
      topic: postPublished,
      key: postId,
      payload: { postId, authorId, title, tags, publishedAt: publishedAt.toISOString() },
    });
    return { ...draft, status: 'published', publishedAt, updatedAt: publishedAt };
  }
}
