import { DomainError } from '@trilith/service';

/** There is nothing to confirm. */
export class EmailVerifiedError extends DomainError {
  readonly code = 'email_verified';
  readonly kind = 'conflict';

  constructor() {
    super('The e-mail address of this account is confirmed already.');
  }
}

/** The new address is the one that the account has. */
export class EmailUnchangedError extends DomainError {
  readonly code = 'email_unchanged';
  readonly kind = 'conflict';

  constructor() {
    super('This is the e-mail address of this account already.');
  }
}
