import { InvalidArgumentError } from 'commander';

const LONGEST = 3_600_000;

/** A deadline on the command line. 0 would be none for PostgreSQL. */
export function milliseconds(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1 && value <= LONGEST) return value;
  throw new InvalidArgumentError(`It takes whole milliseconds from 1 to ${LONGEST}.`);
}
