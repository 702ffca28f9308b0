import { DomainError } from '@trilith/service';

/** No account has this name and this password. Says no more, so that nobody learns which is wrong. */
export class CredentialsInvalidError extends DomainError {
  readonly code = 'credentials_invalid';
  readonly kind = 'unauthenticated';

  constructor() {
    super('No account has this name and this password.');
  }
}
