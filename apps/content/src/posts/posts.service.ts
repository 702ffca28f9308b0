import { Injectable } from '@nestjs/common';
import { postPublished } from '@trilith/contracts';
import type { Outbox } from '@trilith/messaging';
import type { Page } from '@trilith/pagination';
import { v7 as uuidv7 } from 'uuid';

import { AuthorsService } from '../authors/authors.service.js';
import { Transactions } from '../database/transactions.js';
import type { CreatePostRequest } from './dto/create-post.request.js';
import type { ListPostsQuery } from './dto/list-posts.query.js';
import {
  toPostResponse,
  toPostSummaryResponse,
  type PostResponse,
  type PostSummaryResponse,
} from './dto/post.response.js';
import { publishable, readable } from './post.rules.js';
import type { Post } from './post.schema.js';
import { PostPages } from './post-pages.js';
import { PostViews } from './post-views.js';
import { PostsRepository } from './posts.repository.js';
import type { Reader } from './visitor-ids.js';

/** Writing, publishing and reading posts. */
@Injectable()
export class PostsService {
  constructor(
    private readonly posts: PostsRepository,
    private readonly authors: AuthorsService,
    private readonly views: PostViews,
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
    return this.withAuthors(post);
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
    return this.withAuthors(post);
  }

  /**
   * Reads a post and, when it is published, lets its view be counted.
   * @throws {PostNotFoundError}
   */
  async read(postId: string, reader: Reader): Promise<PostResponse> {
    const page = await this.pages.post(postId, async () => this.findPublished(postId));
    if (page === undefined) return this.readDraft(postId, reader.accountId);
    this.views.record({ postId, authorId: page.author.accountId }, reader);
    return page;
  }

  /**
   * A page of published posts, newest first.
   * @throws {InvalidCursorError}
   */
  async list(query: ListPostsQuery): Promise<Page<PostSummaryResponse>> {
    return this.pages.feed(query, async () => {
      const { items, nextCursor } = await this.posts.findPublished(query);
      const authors = await this.authors.find(items.map((post) => post.authorId));
      return { items: items.map((post) => toPostSummaryResponse(post, authors)), nextCursor };
    });
  }

  private async findPublished(postId: string): Promise<PostResponse | undefined> {
    const post = await this.posts.find(postId);
    return post?.status === 'published' ? this.withAuthors(post) : undefined;
  }

  private async readDraft(postId: string, accountId: string | undefined): Promise<PostResponse> {
    const post = readable({ postId, accountId, post: await this.posts.find(postId) });
    return this.withAuthors(post);
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

  /** All names of a page with one query: the author's and those of who commented last. */
  private async withAuthors(post: Post): Promise<PostResponse> {
    const people = [post.authorId, ...post.recentComments.map(({ authorId }) => authorId)];
    return toPostResponse(post, await this.authors.find(people));
  }
}
