/**
 * A handler failed. Exception filters may have made something for callers of what it threw: both
 * are kept, since the one tells what happened and the other what it means.
 */
export class HandlerFailure {
  constructor(
    /** What the handler or a pipe threw, where that is known. */
    readonly thrown: unknown,
    /** What came out of the filters. */
    readonly told: unknown,
  ) {}
}

/** An error's parts as text, whatever was thrown. */
export function describeError(error: unknown): { code: string; message: string; stack: string } {
  const message = property(error, 'message');
  const stack = property(error, 'stack');
  return {
    code: textOr(property(error, 'code'), error instanceof Error ? error.name : 'unknown'),
    message: typeof message === 'string' ? message : stringify(error),
    stack: textOr(stack, ''),
  };
}

/**
 * What a caller is told. Errors reach this after the exception filters: they decide what may leave
 * the service. An Error that no filter has seen keeps its code, message and facts, never its stack.
 */
export function toWireError(error: unknown): Record<string, unknown> {
  if (error instanceof Error) {
    const { code, message } = describeError(error);
    return { code, message, facts: property(error, 'facts') ?? {} };
  }
  if (typeof error === 'object' && error !== null) return { ...error };
  return { message: String(error) };
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
}

/** Whatever it is, for people to read. */
export function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
