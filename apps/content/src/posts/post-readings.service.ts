import { Injectable } from '@nestjs/common';
import type { Page } from '@trilith/pagination';

import { AuthorsService } from '../authors/authors.service.js';
import type { ListPostsQuery } from './dto/list-posts.query.js';
import {
  toPostSummaryResponse,
  type PostResponse,
  type PostSummaryResponse,
} from './dto/post.response.js';
import { PostPages } from './post-pages.js';
import { readable } from './post.rules.js';
import { PostViews } from './post-views.js';
import { withAuthors } from './post-with-authors.js';
import { PostsRepository } from './posts.repository.js';
import type { Reader } from './visitor-ids.js';

/** Reading posts: what everybody may see comes from the cache. */
@Injectable()
export class PostReadingsService {
  constructor(
    private readonly posts: PostsRepository,
    private readonly authors: AuthorsService,
    private readonly views: PostViews,
    private readonly pages: PostPages,
  ) {}

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
    return post?.status === 'published' ? withAuthors(post, this.authors) : undefined;
  }

  private async readDraft(postId: string, accountId: string | undefined): Promise<PostResponse> {
    const post = readable({ postId, accountId, post: await this.posts.find(postId) });
    return withAuthors(post, this.authors);
  }
}
