import { DomainError } from '../problems/domain.error.js';
import type { InputError } from './input-error.js';

/** The input breaks its schema. */
export class ValidationError extends DomainError {
  readonly code = 'validation_failed';
  readonly kind = 'invalid';

  constructor(readonly errors: readonly InputError[]) {
    super('The request is not as this operation takes it.');
  }
}
