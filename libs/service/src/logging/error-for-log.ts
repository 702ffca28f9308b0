import { types } from 'node:util';

const DEEPEST_CAUSE = 5;
const MOST_ERRORS = 5;

/**
 * Shows an error and its causes by a few known fields. Drivers hang far more on their errors, such
 * as a query's parameters with password hashes in them: those stay out of the log.
 */
export function errorForLog(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) && !types.isNativeError(error)) return error;
  const { code, facts } = error as Error & { code?: unknown; facts?: unknown };
  const inner = depth < DEEPEST_CAUSE ? innerErrors(error, depth + 1) : {};
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code !== undefined && { code }),
    ...(facts !== undefined && { facts }),
    ...inner,
  };
}

function innerErrors(error: Error & { errors?: unknown }, depth: number): object {
  const { cause, errors } = error;
  return {
    ...(cause !== undefined && { cause: errorForLog(cause, depth) }),
    ...(Array.isArray(errors) && {
      errors: errors.slice(0, MOST_ERRORS).map((each) => errorForLog(each, depth)),
    }),
  };
}
