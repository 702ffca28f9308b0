/** A start that failed for a reason that one line explains: no stack trace is shown for it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
