import { DomainError } from '@trilith/service';

/** Who signed in when is not for everybody. */
export class OrderForAdminsError extends DomainError {
  readonly code = 'order_for_admins';
  readonly kind = 'forbidden';

  constructor() {
    super('This order is for admins; sort takes newest or name.');
  }
}
