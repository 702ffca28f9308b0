import { DomainError } from '../problems/domain.error.js';

/** The caller looked at another version than the one that is there now. */
export class PreconditionFailedError extends DomainError {
  readonly code = 'precondition_failed';
  readonly kind = 'precondition_failed';

  /** @param current the entity tag of what is there now */
  constructor(current: string) {
    super('It was changed since you read it: read it again, and send its ETag as If-Match.', {
      facts: { current },
    });
  }
}

/** A change without saying which version it is of could undo what somebody else has changed. */
export class PreconditionRequiredError extends DomainError {
  readonly code = 'precondition_required';
  readonly kind = 'precondition_required';

  constructor() {
    super('Send the ETag of what you have read as If-Match; * would protect nothing.');
  }
}

/** The header is no list of entity tags. */
export class IfMatchInvalidError extends DomainError {
  readonly code = 'if_match_invalid';
  readonly kind = 'invalid';

  constructor() {
    super('If-Match takes entity tags in double quotes, separated by commas, such as "7".');
  }
}
