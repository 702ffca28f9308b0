/**
 * One line that says why a call to a store failed. Node reports a refused connection to a name with
 * several addresses as an AggregateError without a message: its parts say it.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(reasonOf))].join('; ');
  }
  if (error instanceof Error) return error.message.split('\n', 1)[0] || error.name;
  return String(error);
}
