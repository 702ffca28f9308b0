import { QueryFailedError } from 'typeorm';

/** The name of the unique index or other constraint that refused a write, if one did. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const { constraint } = error.driverError as { constraint?: string };
  return constraint;
}
