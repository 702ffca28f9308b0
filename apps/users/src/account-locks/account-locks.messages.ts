import { accountLocked, accountUnlocked, type PayloadOf } from '@trilith/contracts';
import type { OutgoingEvent } from '@trilith/messaging';

import type { StoredLock, StoredUnlocking } from './account-locks.repository.js';

/** A lock, and where it ends by itself, that end: told when it comes. */
export function lockedEvents(lock: StoredLock): OutgoingEvent[] {
  const { lockedUntil, lockedAt, reason, failedLoginAttempts, ...unlocking } = lock;
  const payload: PayloadOf<typeof accountLocked> = {
    ...unlocking,
    reason,
    failedLoginAttempts,
    lockedUntil: lockedUntil?.toISOString() ?? null,
    lockedAt: lockedAt.toISOString(),
  };
  const locked = { topic: accountLocked, key: lock.accountId, payload };
  if (!lockedUntil) return [locked];
  return [locked, { ...unlockedEvent(unlocking), deliverAt: lockedUntil }];
}

export function unlockedEvent(payload: StoredUnlocking): OutgoingEvent {
  return { topic: accountUnlocked, key: payload.accountId, payload };
}
