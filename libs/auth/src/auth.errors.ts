import { DomainError } from '@trilith/service';

/** There is no access token in the request. */
export class TokenMissingError extends DomainError {
  readonly code = 'token_missing';
  readonly kind = 'unauthenticated';
  // Without an error code: the caller made no mistake, it only has to sign in (RFC 6750, 3.1).
  override readonly challenge = 'Bearer';

  constructor() {
    super('Sign in, and send the access token as "Authorization: Bearer …".');
  }
}

/** The access token was good once. */
export class TokenExpiredError extends DomainError {
  readonly code = 'token_expired';
  readonly kind = 'unauthenticated';
  override readonly challenge =
    'Bearer error="invalid_token", error_description="The access token expired"';

  constructor(cause?: unknown) {
    super('The access token expired. Sign in again.', { cause });
  }
}

/**
 * The access token is none of ours: malformed, forged, for another audience or of another issuer.
 * Which of these is told to nobody but the `cause`.
 */
export class TokenInvalidError extends DomainError {
  readonly code = 'token_invalid';
  readonly kind = 'unauthenticated';
  override readonly challenge =
    'Bearer error="invalid_token", error_description="The access token is not valid"';

  constructor(cause?: unknown) {
    super('The access token is not valid.', { cause });
  }
}

/** The caller is signed in but has none of the roles that the route asks for. */
export class RoleMissingError extends DomainError {
  readonly code = 'role_missing';
  readonly kind = 'forbidden';

  constructor(roles: readonly string[]) {
    super('Your account may not do this.', { facts: { roles: [...roles] } });
  }
}

/** The keys that check access tokens could not be had so far. */
export class KeysUnavailableError extends DomainError {
  readonly code = 'unavailable';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 1;

  constructor(cause?: unknown) {
    super('Access tokens cannot be checked at the moment. Please try again shortly.', { cause });
  }
}
