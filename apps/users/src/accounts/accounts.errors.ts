import { DomainError } from '@trilith/service';

/** No account has the id that was asked for. */
export class AccountNotFoundError extends DomainError {
  readonly code = 'account_not_found';
  readonly kind = 'not_found';

  constructor(accountId: string) {
    super('There is no such account.', { facts: { accountId } });
  }
}

/** The e-mail address belongs to an account already, however its letters are written. */
export class EmailTakenError extends DomainError {
  readonly code = 'email_taken';
  readonly kind = 'conflict';

  constructor(cause: unknown) {
    super('An account with this e-mail address exists already.', { cause });
  }
}

/** The username belongs to an account already, however its letters are written. */
export class UsernameTakenError extends DomainError {
  readonly code = 'username_taken';
  readonly kind = 'conflict';

  constructor(cause: unknown) {
    super('This username is taken.', { cause });
  }
}

/** Whoever is signed in gave another password than the account's. */
export class PasswordWrongError extends DomainError {
  readonly code = 'password_wrong';
  readonly kind = 'forbidden';

  constructor() {
    super('This is not the password of your account.');
  }
}
