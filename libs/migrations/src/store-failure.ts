/**
 * One line that says why a call failed. Node reports a refused connection to a name with several
 * addresses as an AggregateError without a message: its parts say it.
 */
export function reasonOf(error: unknown): string {
  if (!isObject(error)) return String(error);
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) {
    return [...new Set(error.errors.map(reasonOf))].join('; ');
  }
  const message = 'message' in error ? String(error.message).split('\n', 1)[0] : '';
  return message || ('name' in error ? String(error.name) : 'unknown error');
}

/** The code that Node or a driver gave an error. */
export function codeOf(error: unknown): unknown {
  return isObject(error) && 'code' in error ? error.code : undefined;
}

/** By shape, not by `instanceof Error`: errors may come from another realm, as Node's do in Jest. */
function isObject(error: unknown): error is object {
  return typeof error === 'object' && error !== null;
}
