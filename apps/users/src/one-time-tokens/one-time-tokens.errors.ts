import { DomainError } from '@trilith/service';

/** Which of the four it is, is told to nobody. */
export class OneTimeTokenInvalidError extends DomainError {
  readonly code = 'one_time_token_invalid';
  readonly kind = 'invalid';

  constructor() {
    super('This code was used, is too old, was replaced by a newer one, or never was one.');
  }
}
