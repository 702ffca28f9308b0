import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, mongo, trusted } from 'mongoose';

import { AUTHOR, type Author, type AuthorSecurity, LAST_VERSION } from './author.schema.js';

const DUPLICATE_KEY = 11_000;

/** Queries of the authors projection. */
@Injectable()
export class AuthorsRepository {
  constructor(@InjectModel(AUTHOR) private readonly authors: Model<Author>) {}

  /** The authors known among these, in no order. */
  async findMany(accountIds: readonly string[]): Promise<Author[]> {
    return this.authors.find({ _id: trusted({ $in: [...accountIds] }) }).lean();
  }

  /**
   * Keeps this copy unless the same or a newer one is there, whatever order copies arrive in and
   * however many arrive at once.
   */
  async keep(author: Author): Promise<void> {
    try {
      await this.replaceOlder(author, { upsert: true });
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
      // Either the copy there is no older, so that the filter missed it, or another writer inserted
      // an older one at this moment. As an update alone it now does the right thing for both.
      await this.replaceOlder(author, { upsert: false });
    }
  }

  /** What is known of an account's locks; undefined for one that was never locked, or is not known. */
  async findSecurity(accountId: string): Promise<AuthorSecurity | undefined> {
    const author = await this.authors.findById(accountId, { security: 1 }).lean();
    return author?.security;
  }

  /** Keeps this lock of a known author unless the same or a newer state is there. */
  async keepLock(accountId: string, security: AuthorSecurity): Promise<void> {
    await this.replaceSecurity(accountId, security, { $lt: security.version });
  }

  /** Keeps this end of a lock, which is its own or an older one's, unless a newer state is there. */
  async keepUnlocking(accountId: string, security: AuthorSecurity): Promise<void> {
    await this.replaceSecurity(accountId, security, { $lte: security.version });
  }

  private async replaceSecurity(
    _id: string,
    security: AuthorSecurity,
    olderVersion: { $lt: number } | { $lte: number },
  ): Promise<void> {
    const older = [{ security: null }, { 'security.version': trusted(olderVersion) }];
    await this.authors.updateOne({ _id, $or: older }, { $set: { security } });
  }

  /**
   * Leaves nothing of an author but that there was one, who may write no more; gives when that was done
   * first.
   */
  async erase(accountId: string): Promise<Date> {
    const now = new Date();
    await this.keep({
      _id: accountId,
      username: '',
      displayName: '',
      avatarUrl: null,
      version: LAST_VERSION,
      updatedAt: now,
      erasedAt: now,
      security: {
        version: LAST_VERSION,
        isLocked: true,
        lockedUntil: null,
        failedLoginAttempts: 0,
      },
    });
    const author = await this.authors.findById(accountId, { erasedAt: 1 }).lean();
    return author?.erasedAt ?? now;
  }

  private async replaceOlder(
    { _id, ...copy }: Author,
    { upsert }: { upsert: boolean },
  ): Promise<void> {
    const olderCopy = { _id, version: trusted({ $lt: copy.version }) };
    await this.authors.updateOne(olderCopy, { $set: copy }, { upsert });
  }
}
