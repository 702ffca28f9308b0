import { Inject, Injectable, Logger } from '@nestjs/common';
import { getAccount, type PublicAccount } from '@trilith/contracts';
import { RedisStreamsClient, RemoteError } from '@trilith/messaging';

import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';

/** Injection token of the client that asks the users service. */
export const USERS_CLIENT = Symbol('USERS_CLIENT');

/**
 * Asks users about an account, for as long as a page can wait and no longer. After a request without
 * an answer it leaves users alone for a while, so that no further page waits for nothing.
 */
@Injectable()
export class UsersClient {
  private readonly logger = new Logger(UsersClient.name);
  private readonly asked = new Map<string, Promise<PublicAccount | undefined>>();
  private pausedUntil = 0;

  constructor(
    @Inject(USERS_CLIENT) private readonly client: RedisStreamsClient,
    @Inject(CONTENT_CONFIG) private readonly config: ContentConfig,
  ) {}

  /**
   * What an account shows; undefined when there is none or users can't tell now. Never rejects.
   * Callers who want the same account at the same time share one request.
   */
  async findAccount(accountId: string): Promise<PublicAccount | undefined> {
    const asked = this.asked.get(accountId);
    if (asked !== undefined) return asked;
    if (performance.now() < this.pausedUntil) return undefined;
    const asking = this.ask(accountId).finally(() => this.asked.delete(accountId));
    this.asked.set(accountId, asking);
    return asking;
  }

  private async ask(accountId: string): Promise<PublicAccount | undefined> {
    try {
      const { timeoutMs } = this.config.authorLookup;
      return await this.client.ask(getAccount, { accountId }, { timeoutMs });
    } catch (error) {
      if (isUnknownAccount(error)) return undefined;
      this.pause(error);
      return undefined;
    }
  }

  private pause(cause: unknown): void {
    const { pauseMs } = this.config.authorLookup;
    this.pausedUntil = performance.now() + pauseMs;
    this.logger.warn({ err: cause, pauseMs }, 'users did not answer');
  }
}

function isUnknownAccount(error: unknown): boolean {
  return error instanceof RemoteError && error.code === 'account_not_found';
}
