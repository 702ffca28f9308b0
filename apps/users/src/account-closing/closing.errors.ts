import { DomainError } from '@trilith/service';

/** Without this admin there would be none. */
export class LastAdminError extends DomainError {
  readonly code = 'last_admin';
  readonly kind = 'conflict';

  constructor() {
    super('This is the only admin: make somebody else one first.');
  }
}
