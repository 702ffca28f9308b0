/**
 * A health check that failed for a reason that anybody may read: `/health/ready` shows its message,
 * where of other errors it shows no more than a code.
 */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}
