import { types } from 'node:util';

/** An error as a log line shows it. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: unknown;
  readonly facts?: unknown;
  readonly cause?: unknown;
}

const DEEPEST_CAUSE = 5;

/**
 * Shows an error and its causes by a few known fields. Drivers hang far more on their errors, such
 * as a query's parameters with password hashes in them: those stay out of the log.
 */
export function errorForLog(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) && !types.isNativeError(error)) return error;
  const { code, facts } = error as Error & { code?: unknown; facts?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code !== undefined && { code }),
    ...(facts !== undefined && { facts }),
    ...(error.cause !== undefined &&
      depth < DEEPEST_CAUSE && { cause: errorForLog(error.cause, depth + 1) }),
  };
}
