import { DomainError } from '@trilith/service';

/** More passwords wait to be hashed or checked than this process takes. */
export class PasswordQueueFullError extends DomainError {
  readonly code = 'unavailable';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 2;

  constructor() {
    super('Too many people sign up or sign in at this moment. Try again shortly.');
  }
}
