import { Injectable, Logger } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';
import type { accountLocked, accountUnlocked, PayloadOf, PublicAccount } from '@trilith/contracts';

import { authorTag } from './author-tag.js';
import type { Author } from './author.schema.js';
import { AccountLockedError } from './authors.errors.js';
import { AuthorsRepository } from './authors.repository.js';
import type { Authors } from './dto/author.response.js';
import { UsersClient } from './users.client.js';

/** So many of a page's missing authors are asked for at once; the next reader asks for the rest. */
const MOST_LOOKUPS_A_PAGE = 8;

/** Who is behind an account: this service's own copy, asked from users only where it is missing. */
@Injectable()
export class AuthorsService {
  private readonly logger = new Logger(AuthorsService.name);

  constructor(
    private readonly authors: AuthorsRepository,
    private readonly users: UsersClient,
    private readonly cache: TieredCache,
  ) {}

  /**
   * The authors of a page, read with one query. One that is missing here is asked from users and
   * remembered; where users can't tell in time it is left out.
   */
  async find(accountIds: Iterable<string>): Promise<Authors> {
    const wanted = new Set(accountIds);
    if (wanted.size === 0) return new Map();
    const known = await this.authors.findMany([...wanted]);
    for (const { _id } of known) wanted.delete(_id);
    const missing = [...wanted].slice(0, MOST_LOOKUPS_A_PAGE);
    const found = await Promise.all(missing.map(async (accountId) => this.lookUp(accountId)));
    return new Map(
      [...known, ...found]
        .filter((author) => author !== undefined)
        .map((author) => [author._id, author]),
    );
  }

  /** Keeps what users told of an account, unless something newer is known. */
  async keep(account: PublicAccount): Promise<void> {
    await this.authors.keep(toAuthor(account));
    await this.cache.deleteByTag(authorTag(account.accountId));
  }

  /** Keeps what users told of a lock, unless something newer is known. */
  async lock({
    securityVersion,
    lockedUntil,
    failedLoginAttempts,
    ...account
  }: PayloadOf<typeof accountLocked>): Promise<void> {
    // There to be locked, even if this is the first that is heard of it.
    await this.keep(account);
    await this.authors.keepLock(account.accountId, {
      version: securityVersion,
      isLocked: true,
      lockedUntil: lockedUntil === null ? null : new Date(lockedUntil),
      failedLoginAttempts,
    });
  }

  /** Keeps what users told of the end of a lock, unless something newer is known. */
  async unlock({
    securityVersion: version,
    ...account
  }: PayloadOf<typeof accountUnlocked>): Promise<void> {
    await this.keep(account);
    const unlocked = { isLocked: false, lockedUntil: null, failedLoginAttempts: 0 };
    await this.authors.keepUnlocking(account.accountId, { version, ...unlocked });
  }

  /**
   * A lock ends at its time, whether or not its end has been told.
   *
   * @throws {AccountLockedError}
   */
  async requireUnlocked(accountId: string): Promise<void> {
    const security = await this.authors.findSecurity(accountId);
    if (!security?.isLocked) return;
    const { lockedUntil } = security;
    if (lockedUntil === null || lockedUntil > new Date()) throw new AccountLockedError(lockedUntil);
  }

  /** Forgets an account for good, and refuses it; gives when that was done first. */
  async erase(accountId: string): Promise<Date> {
    const erasedAt = await this.authors.erase(accountId);
    await this.cache.deleteByTag(authorTag(accountId));
    return erasedAt;
  }

  private async lookUp(accountId: string): Promise<Author | undefined> {
    const account = await this.users.findAccount(accountId);
    if (account === undefined) return undefined;
    const author = toAuthor(account);
    // Not worth a reader's page: the next one asks again.
    await this.authors
      .keep(author)
      .catch((error: unknown) => this.logger.warn({ err: error, accountId }, 'author not kept'));
    return author;
  }
}

function toAuthor({ accountId, username, displayName, avatarUrl, version }: PublicAccount): Author {
  return { _id: accountId, username, displayName, avatarUrl, version, updatedAt: new Date() };
}
