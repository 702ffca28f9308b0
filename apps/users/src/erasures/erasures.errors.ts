import { DomainError } from '@trilith/service';

/** No erasure has this id, or it was over a long time ago. */
export class ErasureNotFoundError extends DomainError {
  readonly code = 'erasure_not_found';
  readonly kind = 'not_found';

  constructor() {
    super('There is no such erasure, or it was completed more than 90 days ago.');
  }
}
