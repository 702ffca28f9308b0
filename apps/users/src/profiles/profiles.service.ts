import { isDeepStrictEqual } from 'node:util';

import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';
import { Outbox } from '@trilith/messaging';
import { type Json, mergePatch, type SeenVersions } from '@trilith/service';

import type { Account } from '../accounts/account.entity.js';
import { AccountNotFoundError } from '../accounts/accounts.errors.js';
import { updatedEvent } from '../accounts/accounts.messages.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import type { Profile } from '../accounts/profile.entity.js';
import { violatedConstraint } from '../database/constraint-violation.js';
import { type Metadata, storable, tooLarge } from './dto/metadata.js';
import type { ProfilePatch } from './dto/profile.dto.js';

/** Rules of profiles. */
@Injectable()
export class ProfilesService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly outbox: Outbox,
    private readonly transaction: TransactionHost,
  ) {}

  /** @throws AccountNotFoundError */
  async get(accountId: string): Promise<Account> {
    return found(accountId, await this.accounts.findWithMetadata(accountId));
  }

  /**
   * Applies a patch to the version that the caller has seen, under a lock on the account: of two who have
   * seen the same version, one is refused. A change that changes nothing keeps the version and is not
   * told to anybody.
   *
   * @throws AccountNotFoundError
   * @throws PreconditionFailedError when the account is of another version by now
   * @throws ValidationError when the metadata would become too large
   */
  async change(accountId: string, patch: ProfilePatch, seen: SeenVersions): Promise<Account> {
    return this.transaction.withTransaction(async () => {
      const account = found(accountId, await this.accounts.findWithMetadataForUpdate(accountId));
      seen.mustInclude(account.version);
      if (!applyPatch(account.profile, patch)) return account;
      await this.accounts.saveProfile(account).catch(rethrowTooLarge);
      await this.outbox.add(updatedEvent(account));
      return account;
    });
  }
}

function found(accountId: string, account: Account | null): Account {
  if (!account) throw new AccountNotFoundError(accountId);
  return account;
}

/** Says whether anything is different now. */
function applyPatch(profile: Profile, { preferences, metadata, ...fields }: ProfilePatch): boolean {
  const next = {
    ...fields,
    ...(preferences !== undefined && { preferences: merged(profile.preferences, preferences) }),
    ...(metadata !== undefined && { metadata: storable(merged(profile.metadata, metadata)) }),
  };
  const isChanged = Object.entries(next).some(
    ([name, value]) => !isDeepStrictEqual(value, profile[name as keyof Profile]),
  );
  Object.assign(profile, next);
  return isChanged;
}

/** Both are JSON: one was in the body, the other comes from the database. Null takes everything away. */
function merged(target: object | undefined, patch: object | null): Metadata {
  return patch === null ? {} : (mergePatch(target as Json | undefined, patch as Json) as Metadata);
}

function rethrowTooLarge(error: unknown): never {
  throw violatedConstraint(error) === 'profiles_metadata_check' ? tooLarge() : error;
}
