import { DomainError } from '@trilith/service';

/** The password is right, and the account asks for a code as well. */
export class SecondFactorRequiredError extends DomainError {
  readonly code = 'second_factor_required';
  readonly kind = 'unauthenticated';

  constructor() {
    super(
      'This account asks for a code as well: send the password again, with the code in "code".',
    );
  }
}

/** The code is none that is good now: wrong, too old, or used already. */
export class SecondFactorInvalidError extends DomainError {
  readonly code = 'second_factor_invalid';
  readonly kind = 'unauthenticated';

  constructor() {
    super('The code is not good, or has been used. Take the next one.');
  }
}

/** The account has a second factor already. */
export class SecondFactorEnabledError extends DomainError {
  readonly code = 'second_factor_enabled';
  readonly kind = 'conflict';

  constructor() {
    super('The account has a second factor. Remove it before another is begun.');
  }
}

/** The account has no second factor, or none that waits for its first code. */
export class SecondFactorMissingError extends DomainError {
  readonly code = 'second_factor_missing';
  readonly kind = 'conflict';

  constructor() {
    super('There is no second factor that this could be done with. Begin one first.');
  }
}
