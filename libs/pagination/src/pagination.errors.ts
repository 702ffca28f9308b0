/** The cursor was changed, made up, or belongs to another list. Answer it with a 400. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
  readonly code = 'cursor_invalid';
  /** The caller's fault, for whoever turns errors into answers by their kind. */
  readonly kind = 'invalid';

  constructor() {
    super('The cursor is not one that this list gave; ask for the first page without a cursor.');
  }
}
