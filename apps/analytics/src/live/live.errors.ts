import { DomainError } from '@trilith/service';

/** This process has as many readers as it takes. */
export class TooManyReadersError extends DomainError {
  readonly code = 'too_many_readers';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 5;

  constructor() {
    super('Too many are reading along at the moment. Please try again shortly.');
  }
}
