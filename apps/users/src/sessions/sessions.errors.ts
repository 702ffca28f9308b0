import { DomainError } from '@trilith/service';

/**
 * No account has this name and this password, or it is locked after too many attempts. Says no more, so
 * that nobody learns which is true.
 */
export class CredentialsInvalidError extends DomainError {
  readonly code = 'credentials_invalid';
  readonly kind = 'unauthenticated';

  constructor() {
    super(
      'No account has this name and this password, or it is locked for a while after too many attempts.',
    );
  }
}

/** An admin has locked the account. Told to nobody who does not know its password. */
export class AccountLockedError extends DomainError {
  readonly code = 'account_locked';
  readonly kind = 'forbidden';

  constructor(until: Date | null) {
    super('This account is locked.', { facts: { lockedUntil: until?.toISOString() ?? null } });
  }
}

/** The refresh token was never one, or its session is over. */
export class RefreshTokenInvalidError extends DomainError {
  readonly code = 'refresh_token_invalid';
  readonly kind = 'unauthenticated';

  constructor() {
    super('The session is over, or never was. Sign in again.');
  }
}

/** A refresh token was used that had been replaced: two have it. Its session has ended. */
export class RefreshTokenReusedError extends DomainError {
  readonly code = 'refresh_token_reused';
  readonly kind = 'unauthenticated';

  constructor() {
    super('The refresh token had been used before, so the session was ended. Sign in again.');
  }
}

/** The refresh token was being replaced when it was presented: another request has its successor. */
export class RefreshConflictError extends DomainError {
  readonly code = 'refresh_conflict';
  readonly kind = 'conflict';

  constructor() {
    super(
      'Another request refreshed the session with this token at the same moment. ' +
        'Go on with the tokens that it got; using this one again ends the session.',
    );
  }
}

/** The account has no session of this id. */
export class SessionNotFoundError extends DomainError {
  readonly code = 'session_not_found';
  readonly kind = 'not_found';

  constructor(sessionId: string) {
    super('There is no such session.', { facts: { sessionId } });
  }
}
