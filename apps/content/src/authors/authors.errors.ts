import { DomainError } from '@trilith/service';

/** The account is locked, so it reads and does not write. */
export class AccountLockedError extends DomainError {
  readonly code = 'account_locked';
  readonly kind = 'forbidden';

  constructor(until: Date | null) {
    super('Your account is locked: it can read, and not write.', {
      facts: { lockedUntil: until?.toISOString() ?? null },
    });
  }
}
