import { Injectable } from '@nestjs/common';
import { MongoInbox } from '@trilith/messaging';

import { Transactions } from '../database/transactions.js';
import { PostsRepository } from './posts.repository.js';

/** The name under which counted views are remembered. */
const CONSUMER = 'content.views';

/** Counts the views that come as events. */
@Injectable()
export class PostViewCounter {
  constructor(
    private readonly posts: PostsRepository,
    private readonly transactions: Transactions,
    private readonly inbox: MongoInbox,
  ) {}

  /** Counts a view of a post, once however often its message comes. */
  async count(postId: string, messageId: string): Promise<void> {
    await this.transactions.run(
      async () => this.inbox.once(messageId, CONSUMER, async () => this.posts.addView(postId)),
      { contendedOn: postId },
    );
  }
}
