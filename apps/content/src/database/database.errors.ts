import { DomainError } from '@trilith/service';

/** A change was not committed in time, most likely because many others change the same thing. */
export class DatabaseBusyError extends DomainError {
  readonly code = 'database_busy';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 1;

  constructor(timeoutMs: number) {
    super('The change took too long. Please try again shortly.', { facts: { timeoutMs } });
  }
}
