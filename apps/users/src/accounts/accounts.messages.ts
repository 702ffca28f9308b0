import { accountCreated, accountUpdated, type PublicAccount } from '@trilith/contracts';
import type { OutgoingEvent } from '@trilith/messaging';

import type { Account } from './account.entity.js';

/** The account as other services know it. */
function toPublicAccount({ id, username, version, profile }: Account): PublicAccount {
  const { displayName, avatarUrl, preferences } = profile;
  return { accountId: id, username, displayName, avatarUrl, preferences, version };
}

/** Events of one account share its id as key, so that they arrive in the order of its changes. */
export function createdEvent(account: Account): OutgoingEvent {
  const payload = { ...toPublicAccount(account), createdAt: account.createdAt.toISOString() };
  return { topic: accountCreated, key: account.id, payload };
}

export function updatedEvent(account: Account): OutgoingEvent {
  const payload = { ...toPublicAccount(account), updatedAt: account.updatedAt.toISOString() };
  return { topic: accountUpdated, key: account.id, payload };
}
