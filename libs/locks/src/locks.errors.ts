/** What all errors of this library have in common. */
export abstract class LockError extends Error {
  /** Stable, for programs. */
  abstract readonly code: string;

  constructor(
    readonly resource: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`Lock on ${resource}: ${message}`, options);
  }
}

/** Somebody else held the lock for as long as the caller was willing to wait. */
export class LockTimeoutError extends LockError {
  override readonly name = 'LockTimeoutError';
  readonly code = 'lock_timeout';

  constructor(
    resource: string,
    /** Milliseconds. */
    readonly waitedMs: number,
  ) {
    super(resource, `held by another for the ${Math.round(waitedMs)} ms that were waited`);
  }
}

/** The lease is over, or so near its end that another may hold the lock before work could stop. */
export class LockLostError extends LockError {
  override readonly name = 'LockLostError';
  readonly code = 'lock_lost';

  constructor(
    resource: string,
    readonly fencingToken: bigint,
    /** Milliseconds from the lock's acquisition to its loss. */
    readonly heldMs: number,
    options: ErrorOptions & { reason: string },
  ) {
    super(resource, `lost after ${Math.round(heldMs)} ms: ${options.reason}`, options);
  }
}

/** Redis could not be asked, or did not answer in time. The cause tells. */
export class LockUnavailableError extends LockError {
  override readonly name = 'LockUnavailableError';
  readonly code = 'lock_unavailable';

  constructor(resource: string, operation: string, cause: unknown) {
    super(resource, `${operation} failed: ${String(cause)}`, { cause });
  }
}
