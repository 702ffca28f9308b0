import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { accountErased, erasureConfirmed, type PayloadOf } from '@trilith/contracts';
import { EventPublisher, Subscribe } from '@trilith/messaging';

import { AuthorLeaderboard } from '../leaderboards/author-leaderboard.js';

/**
 * Takes an account off the board of authors, and confirms when nothing of it is left here. What there is
 * besides are its posts on their board, which go as content tells that it removed them; and content's own
 * confirmation comes after all of these, for it has the same key. Counts, estimates and sets of hashes
 * name nobody.
 */
@Controller()
export class ErasuresConsumer {
  constructor(
    private readonly authors: AuthorLeaderboard,
    private readonly publisher: EventPublisher,
  ) {}

  @Subscribe(accountErased)
  async onErased(@Payload() { accountId }: PayloadOf<typeof accountErased>): Promise<void> {
    await this.authors.remove(accountId);
  }

  @Subscribe(erasureConfirmed)
  async onConfirmed(
    @Payload() { service, ...erasure }: PayloadOf<typeof erasureConfirmed>,
  ): Promise<void> {
    if (service !== 'content') return;
    // The event before may not have come here yet: it came by another stream.
    await this.authors.remove(erasure.accountId);
    const payload = { ...erasure, service: 'analytics' };
    await this.publisher.publish([{ topic: erasureConfirmed, key: erasure.accountId, payload }]);
  }
}
