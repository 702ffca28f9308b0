/**
 * What kind of answer an error is; it decides the HTTP status:
 * invalid 400, unauthenticated 401, forbidden 403, not_found 404, conflict 409, precondition_failed
 * 412, too_large 413, precondition_required 428, rate_limited 429, unavailable 503.
 */
export type DomainErrorKind = keyof typeof STATUS_BY_KIND;

/** The HTTP status of each kind. */
export const STATUS_BY_KIND = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  precondition_required: 428,
  rate_limited: 429,
  unavailable: 503,
} as const;

/** A value that JSON can carry. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Facts about one error that its receiver may see. */
export type Facts = Readonly<Record<string, Json>>;

/**
 * An error that a caller is meant to understand. Services throw these, never an HTTP exception; one
 * filter turns them into problem+json or into an error reply to a message.
 *
 * ```ts
 * class AccountNotFoundError extends DomainError {
 *   readonly code = 'account_not_found';
 *   readonly kind = 'not_found';
 *   constructor(id: string) {
 *     super('There is no such account.', { facts: { id } });
 *   }
 * }
 * ```
 *
 * An error of a library that does not know this class is treated alike when it carries a `code` and
 * one of these kinds as `kind`.
 */
export abstract class DomainError extends Error {
  /** Stable, in snake_case: what programs go by. */
  abstract readonly code: string;
  abstract readonly kind: DomainErrorKind;
  /** Shown to the receiver beside the message. */
  readonly facts: Facts;
  /** For `unavailable` and `rate_limited`: when to try again, in seconds. */
  readonly retryAfterSeconds?: number;
  /** For `unauthenticated`: the `WWW-Authenticate` header's value. Default `Bearer`. */
  readonly challenge?: string;

  /** @param message one sentence that the receiver may read: no secrets, no internals */
  constructor(message: string, { facts = {}, cause }: { facts?: Facts; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.facts = facts;
  }
}

/** A domain error, or an error of its shape from a library that stands alone. */
export type DomainErrorLike = Error &
  Pick<DomainError, 'code' | 'kind'> &
  Partial<Pick<DomainError, 'facts' | 'retryAfterSeconds' | 'challenge'>>;

/** Tells whether an error carries a code and a known kind. */
export function isDomainError(error: unknown): error is DomainErrorLike {
  if (!(error instanceof Error)) return false;
  const { kind, code } = error as Partial<DomainErrorLike>;
  return (
    typeof code === 'string' && typeof kind === 'string' && Object.hasOwn(STATUS_BY_KIND, kind)
  );
}
