import { DomainError } from '@trilith/service';

/** Events come in faster than the database stores them: as many as may wait do so already. */
export class ActivityOverloadedError extends DomainError {
  readonly code = 'unavailable';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 1;

  constructor() {
    super('Too much happens at the moment. Please try again shortly.');
  }
}
