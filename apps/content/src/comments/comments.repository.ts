import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Page } from '@trilith/pagination';
import { Model } from 'mongoose';

import { Transactions } from '../database/transactions.js';
import { newestFirst } from '../paging/newest-first.js';
import type { PageQuery } from '../paging/page.js';
import { Pages } from '../paging/pages.js';
import { COMMENT, type Comment } from './comment.schema.js';

/** Queries of comments. Inside a transaction each is part of it. */
@Injectable()
export class CommentsRepository {
  constructor(
    @InjectModel(COMMENT) private readonly comments: Model<Comment>,
    private readonly transactions: Transactions,
    private readonly pages: Pages,
  ) {}

  async insert(comment: Comment): Promise<void> {
    await this.comments.insertOne(comment, { session: this.transactions.session });
  }

  /**
   * A page of a post's comments, newest first.
   * @throws {InvalidCursorError}
   */
  async findOfPost(postId: string, query: PageQuery): Promise<Page<Comment>> {
    const list = { where: { postId }, by: 'createdAt' };
    return this.pages.read(query, {
      list: `comments of ${postId}`,
      read: (page) => this.comments.aggregate<Comment>(newestFirst(list, page)),
      positionOf: ({ createdAt, _id }) => ({ date: createdAt, id: _id }),
    });
  }
}
