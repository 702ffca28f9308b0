import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Page } from '@trilith/pagination';
import { Model } from 'mongoose';

import { Transactions } from '../database/transactions.js';
import { newestFirst } from '../paging/newest-first.js';
import type { PageQuery } from '../paging/page.js';
import { Pages } from '../paging/pages.js';
import { POST, RECENT_COMMENTS, type Post, type RecentComment } from './post.schema.js';

/** A post without its two large fields, as lists show it. */
export type PostSummary = Omit<Post, 'content' | 'recentComments'>;

/** A post in a list of published ones. */
export type PublishedSummary = PostSummary & { readonly publishedAt: Date };

/** What rules and counters need of a post. */
export type PostHead = Pick<Post, '_id' | 'authorId' | 'status' | 'metadata'>;

/** Which published posts a list holds; all of them without a choice. */
export interface PublishedPosts {
  readonly authorId?: string | undefined;
  readonly tag?: string | undefined;
}

/** Queries of posts. Inside a transaction each is part of it. */
@Injectable()
export class PostsRepository {
  constructor(
    @InjectModel(POST) private readonly posts: Model<Post>,
    private readonly transactions: Transactions,
    private readonly pages: Pages,
  ) {}

  async insert(post: Post): Promise<void> {
    await this.posts.insertOne(post, { session: this.transactions.session });
  }

  async find(postId: string): Promise<Post | undefined> {
    return (await this.posts.findById(postId, null, this.options).lean()) ?? undefined;
  }

  async findHead(postId: string): Promise<PostHead | undefined> {
    const head = { authorId: 1, status: 1, metadata: 1 };
    return (await this.posts.findById(postId, head, this.options).lean()) ?? undefined;
  }

  /**
   * A page of published posts, newest first.
   * @throws {InvalidCursorError}
   */
  async findPublished({
    authorId,
    tag,
    ...page
  }: PublishedPosts & PageQuery): Promise<Page<PublishedSummary>> {
    const chosen = {
      ...(authorId !== undefined && { authorId }),
      ...(tag !== undefined && { tags: tag }),
    };
    const list = { where: { ...chosen, status: 'published' }, by: 'publishedAt' };
    return this.pages.read(page, {
      list: `published posts ${JSON.stringify(chosen)}`,
      read: (request) =>
        this.posts
          .aggregate<PublishedSummary>(newestFirst(list, request))
          .project({ content: 0, recentComments: 0 }),
      positionOf: ({ publishedAt, _id }) => ({ date: publishedAt, id: _id }),
    });
  }

  /** Publishes a draft. */
  async publish(postId: string, publishedAt: Date): Promise<void> {
    const change = { status: 'published', publishedAt, updatedAt: publishedAt };
    await this.posts.updateOne({ _id: postId }, { $set: change }, this.options);
  }

  /** Counts a comment and keeps it among the newest. */
  async addComment(postId: string, comment: RecentComment): Promise<void> {
    const recentComments = {
      $each: [comment],
      // Comments may commit in another order than they were written in, which is the one to show.
      $sort: { createdAt: -1, commentId: -1 },
      $slice: RECENT_COMMENTS,
    };
    const change = { $inc: { 'metadata.commentCount': 1 }, $push: { recentComments } };
    await this.posts.updateOne({ _id: postId }, change, this.options);
  }

  /** Counts a like. */
  async addLike(postId: string): Promise<void> {
    await this.posts.updateOne(
      { _id: postId },
      { $inc: { 'metadata.likeCount': 1 } },
      this.options,
    );
  }

  /** Counts a view. */
  async addView(postId: string): Promise<void> {
    await this.posts.updateOne(
      { _id: postId },
      { $inc: { 'metadata.viewCount': 1 } },
      this.options,
    );
  }

  private get options() {
    return { session: this.transactions.session };
  }
}
