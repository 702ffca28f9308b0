import { Inject, Injectable } from '@nestjs/common';
import { type ContentKind, exportContent, type ReplyOf } from '@trilith/contracts';
import { RedisStreamsClient } from '@trilith/messaging';

/** Injection token of the client that asks the content service. */
export const CONTENT_CLIENT = Symbol('client of content');

/** For one page; a person who waits for a download waits for that, too. */
const TIMEOUT_MS = 5_000;

/** Something that a person wrote or did, as content gives it. */
export type ContentItem = ReplyOf<typeof exportContent>['items'][number];

/** Asks content for what an account wrote and did. */
@Injectable()
export class ContentClient {
  constructor(@Inject(CONTENT_CLIENT) private readonly client: RedisStreamsClient) {}

  /**
   * Everything of a kind, one page in memory at a time.
   *
   * @throws what the client throws when content does not answer in time
   */
  async *all(accountId: string, kind: ContentKind): AsyncGenerator<ContentItem> {
    let after: string | null = null;
    do {
      const page: ReplyOf<typeof exportContent> = await this.client.ask(
        exportContent,
        { accountId, kind, after },
        { timeoutMs: TIMEOUT_MS },
      );
      yield* page.items;
      after = page.next;
    } while (after !== null);
  }
}
